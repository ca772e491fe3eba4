import { createHash } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

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

/** A registry in memory that knows manifests only. */
export interface FakeRegistry {
  readonly port: number;
  /** Manifests by repository path and tag or digest: `web:main`, `web:sha256:…`. */
  readonly manifests: Map<string, Manifest>;
  /** Every request so far, such as `HEAD /v2/web/manifests/main`. */
  readonly requests: string[];
  /** Keeps a manifest under its digest, and under a tag where one is given; returns the digest. */
  hold(path: string, manifest: Manifest, tag?: string): string;
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Starts a registry for one test. */
export async function fakeRegistry(): Promise<FakeRegistry> {
  const manifests = new Map<string, Manifest>();
  const requests: string[] = [];
  const { port } = await listen((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { path, reference } =
      /^\/v2\/(?<path>.+)\/manifests\/(?<reference>[^/]+)$/.exec(request.url ?? "")?.groups ?? {};
    const key = `${path}:${reference}`;
    if (request.method === "PUT") {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const content = Buffer.concat(chunks);
        manifests.set(key, { type: String(request.headers["content-type"]), content });
        response.writeHead(201, { "docker-content-digest": digestOf(content) }).end();
      });
      return;
    }
    const manifest = manifests.get(key);
    if (!manifest || !request.headers.accept?.split(", ").includes(manifest.type)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": manifest.type,
      "docker-content-digest": digestOf(manifest.content),
    });
    response.end(request.method === "HEAD" ? undefined : manifest.content);
  });
  const hold = (path: string, manifest: Manifest, tag?: string): string => {
    const digest = digestOf(manifest.content);
    manifests.set(`${path}:${digest}`, manifest);
    if (tag !== undefined) manifests.set(`${path}:${tag}`, manifest);
    return digest;
  };
  return { port, manifests, requests, hold };
}
