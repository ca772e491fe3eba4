import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { type PrivateRegistry, startPrivateRegistry } from "../../rehearsal/private-registry.ts";

/** One manifest that somebody put under a tag. */
export interface Put {
  /** `chaos/web:b17-1`. */
  readonly tagged: string;
  /** When the registry had the whole of it and had answered, and when the request began. */
  readonly from: Date;
  readonly to: Date;
  readonly status: number;
  readonly digest?: string | undefined;
}

/** A manifest as the registry holds it. */
export interface Held {
  readonly digest: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Digests, from the lowest to the topmost. */
  readonly layers: readonly string[];
}

/** A registry whose manifests are counted on their way in. */
export interface CountedRegistry {
  /** `localhost:PORT`, by which the service knows it. */
  readonly address: string;
  /** Every manifest that was put so far, in the order of the answers. */
  readonly puts: readonly Put[];
  /** What a tag, written `chaos/web:b17-1`, names. */
  held(tagged: string): Promise<Held | undefined>;
  /** The text of a file in a layer. */
  fileIn(repository: string, layer: string, name: string): Promise<string | undefined>;
  /** All its tags, written so too. */
  tags(repositories: readonly string[]): Promise<string[]>;
  remove(): Promise<void>;
}

/** Starts a registry and, before it, what counts. */
export async function startCountedRegistry(): Promise<CountedRegistry> {
  const registry = await startPrivateRegistry();
  const puts: Put[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, answer) => {
    pass(registry, agent, incoming, answer, puts).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `localhost:${port}`,
    puts,
    held: (tagged) => heldBy(registry.port, tagged),
    fileIn: (repository, layer, name) => fileIn(registry.port, repository, layer, name),
    async tags(repositories) {
      const found = await Promise.all(repositories.map((each) => tagsOf(registry.port, each)));
      return found.flat().toSorted();
    },
    async remove() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      await registry.remove();
    },
  };
}

async function pass(
  { port }: PrivateRegistry,
  agent: Agent,
  incoming: IncomingMessage,
  answer: ServerResponse,
  puts: Put[],
): Promise<void> {
  const from = new Date();
  const { method, url = "", headers } = incoming;
  const onward = request({ host: "127.0.0.1", port, method, path: url, headers, agent });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.on("response", resolve).on("error", reject);
  });
  const [response] = await Promise.all([answered, pipeline(incoming, onward)]);
  const { statusCode: status = 502 } = response;
  const [, repository, tag] = /^\/v2\/(.+)\/manifests\/([^/?]+)$/.exec(url) ?? [];
  if (method === "PUT" && repository !== undefined) {
    const digest = response.headers["docker-content-digest"]?.toString();
    puts.push({ tagged: `${repository}:${tag}`, from, to: new Date(), status, digest });
  }
  answer.writeHead(status, response.headers);
  await pipeline(response, answer);
}

const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

async function ask(port: number, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/v2/${path}`, { headers: { accept: manifestTypes } });
}

async function heldBy(port: number, tagged: string): Promise<Held | undefined> {
  const [repository, tag] = tagged.split(":");
  const answer = await ask(port, `${repository}/manifests/${tag}`);
  if (answer.status === 404) return undefined;
  const { config, layers } = (await answer.json()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const image = (await (await ask(port, `${repository}/blobs/${config.digest}`)).json()) as {
    config: { Labels?: Record<string, string> };
  };
  return {
    digest: answer.headers.get("docker-content-digest") ?? "",
    labels: image.config.Labels ?? {},
    layers: layers.map(({ digest }) => digest),
  };
}

async function fileIn(
  port: number,
  repository: string,
  layer: string,
  name: string,
): Promise<string | undefined> {
  const packed = Buffer.from(await (await ask(port, `${repository}/blobs/${layer}`)).arrayBuffer());
  const reader = extract();
  reader.end(gunzipSync(packed));
  let text: string | undefined;
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.name === name) text = Buffer.concat(chunks).toString();
  }
  return text;
}

async function tagsOf(port: number, repository: string): Promise<string[]> {
  const answer = await ask(port, `${repository}/tags/list`);
  if (answer.status === 404) return [];
  const { tags } = (await answer.json()) as { tags: string[] | null };
  return (tags ?? []).map((tag) => `${repository}:${tag}`);
}
