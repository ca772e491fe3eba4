import { randomBytes } from "node:crypto";
import { freePort } from "../../rehearsal/free-port.ts";
import { waitForRegistry } from "../../setup/registry-answers.ts";
import { registryImage } from "../../setup/registry-image.ts";
import { findServerImage } from "../../setup/server-image.ts";
import { startRegistry } from "../../setup/start-registry.ts";
import { docker, engineHost } from "./engine.ts";

const anyManifest = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/** A registry for the tests of one file, with the questions they ask it. */
export interface PrivateRegistry {
  readonly port: number;
  /** The digest that a tag names, of `web` unless another repository is given; undefined where there is none. */
  digestOf(tag: string, repository?: string): Promise<string | undefined>;
  /** The layers that a tag of `web` names, first to last. */
  layersOf(tag: string): Promise<string[]>;
  /** Lets a further tag of `web` name what `tag` names. */
  copyTag(tag: string, further: string): Promise<void>;
  /** Forgets what a tag of `web` names, and with it all its tags. */
  forget(tag: string): Promise<void>;
  /** How many blobs and manifests have been pushed so far. */
  pushes(): Promise<{ blobs: number; manifests: number }>;
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts a registry that keeps what it is given until it is removed; on a port of its own, also after a stop. */
export async function startPrivateRegistry(): Promise<PrivateRegistry> {
  const name = `slipway-test-registry-${randomBytes(4).toString("hex")}`;
  const image = await findServerImage(engineHost, registryImage);
  if (image === undefined)
    throw new Error("the engine holds no registry image; run npm start once");
  const registry = await startRegistry({ host: engineHost, name, image, port: await freePort() });
  const container = docker.getContainer(name);
  const ask = (
    method: string,
    path: string,
    more: RequestInit = {},
    repository = "web",
  ): Promise<Response> =>
    fetch(`http://127.0.0.1:${registry.port}/v2/${repository}/${path}`, {
      method,
      headers: { accept: anyManifest, connection: "close" },
      ...more,
    });
  const digestOf = async (tag: string, repository?: string): Promise<string | undefined> => {
    const { status, headers } = await ask("HEAD", `manifests/${tag}`, {}, repository);
    return status === 200 ? (headers.get("docker-content-digest") ?? undefined) : undefined;
  };
  return {
    port: registry.port,
    digestOf,
    async layersOf(tag) {
      const answer = await ask("GET", `manifests/${tag}`);
      return ((await answer.json()) as Manifest).layers.map(({ digest }) => digest);
    },
    async copyTag(tag, further) {
      const answer = await ask("GET", `manifests/${tag}`);
      const body = await answer.text();
      const type = answer.headers.get("content-type") ?? "";
      await ask("PUT", `manifests/${further}`, { body, headers: { "content-type": type } });
    },
    async forget(tag) {
      await ask("DELETE", `manifests/${await digestOf(tag)}`);
    },
    async pushes() {
      const log = (await container.logs({ stdout: true, stderr: true })).toString("utf8");
      const count = (what: string): number =>
        log.match(new RegExp(`"PUT /v2/web/${what}/[^"]*" 201 `, "g"))?.length ?? 0;
      return { blobs: count("blobs/uploads"), manifests: count("manifests") };
    },
    stop: () => container.stop({ t: 0 }),
    async start() {
      await container.start();
      await waitForRegistry(registry.port);
    },
    remove: registry.remove,
  };
}
