import { createHash } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type Demand, RegistryGate } from "./registry-gate.ts";

/** Listens until the test is over, on a free port unless one is given. */
export async function listen(
  answer: RequestListener,
  port = 0,
): Promise<{ port: number; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { port: (server.address() as AddressInfo).port, server };
}

/** A port on which nothing listens. */
export async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a registry keeps of a manifest. */
export interface Manifest {
  readonly type: string;
  readonly content: Buffer;
}

/** A registry in memory: manifests, and blobs for those who copy. */
export interface FakeRegistry {
  readonly port: number;
  /** Manifests by repository path and tag or digest: `web:main`, `web:sha256:…`. */
  readonly manifests: Map<string, Manifest>;
  /** Blobs by repository path and digest: `web@sha256:…`. */
  readonly blobs: Map<string, Buffer>;
  /** Every request so far, such as `HEAD /v2/web/manifests/main`; with the status where it was refused for want of a login. */
  readonly requests: string[];
  /** Keeps a manifest under its digest, and under a tag where one is given; returns the digest. */
  hold(path: string, manifest: Manifest, tag?: string): string;
  /** Keeps a blob; returns how a manifest names it. */
  holdBlob(path: string, content: Buffer): { digest: string; size: number };
  /** Makes every token that was given so far invalid. */
  forgetTokens(): void;
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Starts a registry for one test; without a demand anybody may do anything. */
export async function fakeRegistry(demand?: Demand): Promise<FakeRegistry> {
  const manifests = new Map<string, Manifest>();
  const blobs = new Map<string, Buffer>();
  const requests: string[] = [];
  const gate = demand && new RegistryGate(demand);
  const { port } = await listen(async (request, response) => {
    const what = `${request.method} ${request.url}`;
    if (gate?.stops(request, response)) {
      requests.push(`${what} ${response.statusCode}`);
      return;
    }
    requests.push(what);
    const content = await read(request);
    const { path = "", rest = "" } =
      /^\/v2\/(?<path>.+)\/(?<rest>(?:manifests|blobs)\/.*)$/.exec(request.url ?? "")?.groups ?? {};
    if (rest.startsWith("manifests/")) answerManifest(request, response, path, rest, content);
    else answerBlob(request, response, path, rest, content);
  });

  function answerManifest(
    { method, headers }: IncomingMessage,
    response: ServerResponse,
    path: string,
    rest: string,
    content: Buffer,
  ): void {
    const key = `${path}:${rest.slice("manifests/".length)}`;
    if (method === "PUT") {
      if (!named(content).every((digest) => knows(path, digest))) {
        response.writeHead(400).end('{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}');
        return;
      }
      const manifest = { type: String(headers["content-type"]), content };
      manifests.set(key, manifest);
      manifests.set(`${path}:${digestOf(content)}`, manifest);
      response.writeHead(201, { "docker-content-digest": digestOf(content) }).end();
      return;
    }
    const manifest = manifests.get(key);
    if (!manifest || !headers.accept?.split(", ").includes(manifest.type)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": manifest.type,
      "docker-content-digest": digestOf(manifest.content),
    });
    response.end(method === "HEAD" ? undefined : manifest.content);
  }

  function answerBlob(
    { method }: IncomingMessage,
    response: ServerResponse,
    path: string,
    rest: string,
    content: Buffer,
  ): void {
    const { pathname, searchParams } = new URL(rest, "http://fake");
    const upload = { location: `/v2/${path}/blobs/uploads/1` };
    if (method === "POST") {
      const mounted = blobs.get(`${searchParams.get("from")}@${searchParams.get("mount")}`);
      if (mounted) blobs.set(`${path}@${searchParams.get("mount")}`, mounted);
      response.writeHead(mounted ? 201 : 202, mounted ? {} : upload).end();
    } else if (method === "PATCH") {
      blobs.set(`${path}@upload`, content);
      response.writeHead(202, upload).end();
    } else if (method === "PUT") {
      const uploaded = blobs.get(`${path}@upload`) ?? content;
      blobs.delete(`${path}@upload`);
      const isRight = digestOf(uploaded) === searchParams.get("digest");
      if (isRight) blobs.set(`${path}@${digestOf(uploaded)}`, uploaded);
      response.writeHead(isRight ? 201 : 400).end();
    } else {
      const blob = blobs.get(`${path}@${pathname.slice("/blobs/".length)}`);
      response.writeHead(blob ? 200 : 404, { "content-length": blob?.length ?? 0 });
      response.end(method === "HEAD" ? undefined : blob);
    }
  }

  function knows(path: string, digest: string): boolean {
    return blobs.has(`${path}@${digest}`) || manifests.has(`${path}:${digest}`);
  }

  return {
    port,
    manifests,
    blobs,
    requests,
    hold(path, manifest, tag) {
      const digest = digestOf(manifest.content);
      manifests.set(`${path}:${digest}`, manifest);
      if (tag !== undefined) manifests.set(`${path}:${tag}`, manifest);
      return digest;
    },
    holdBlob(path, content) {
      blobs.set(`${path}@${digestOf(content)}`, content);
      return { digest: digestOf(content), size: content.length };
    },
    forgetTokens: () => gate?.forgetTokens(),
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Contents {
  readonly manifests?: readonly { digest: string }[];
  readonly config?: { digest: string };
  readonly layers?: readonly { digest: string }[];
}

/** The digests that a manifest names; some tests hold what is no manifest. */
function named(content: Buffer): string[] {
  try {
    const { manifests = [], config, layers = [] } = JSON.parse(String(content)) as Contents;
    return [...manifests, ...layers, ...(config ? [config] : [])].map(({ digest }) => digest);
  } catch {
    return [];
  }
}
