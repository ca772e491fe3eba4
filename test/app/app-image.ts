import { randomBytes } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import dockerIgnore from "@balena/dockerignore";
import Docker from "dockerode";
import { pack } from "tar-stream";

// Builds and runs images of a build context in the real engine, and takes everything away again.

/** The engine of this machine. */
export const docker = new Docker();

/** The images and containers of one test file, all under one random name. */
export class Bench {
  readonly #name = `slipway-test-app-${randomBytes(4).toString("hex")}`;
  readonly #images: string[] = [];
  readonly #containers: Docker.Container[] = [];

  /** Builds a context folder with BuildKit and returns the image's id; fails with what BuildKit could not solve. */
  async build(
    context: string,
    options: { target?: string; buildargs?: Record<string, string> } = {},
  ): Promise<string> {
    const tag = `${this.#name}:${this.#images.length}`;
    const stream = await docker.buildImage(await packContext(context), {
      version: "2",
      t: tag,
      ...options,
    });
    const told = await new Promise<{ error?: string }[]>((resolve, reject) => {
      docker.modem.followProgress(stream, (error, all) => (error ? reject(error) : resolve(all)));
    });
    const failure = told.find((each) => each.error);
    if (failure) throw new Error(`the image could not be built: ${failure.error}`);
    this.#images.push(tag);
    return (await docker.getImage(tag).inspect()).Id;
  }

  /** Starts a container of an image as production does: read-only, without capabilities, with little memory. */
  async run(
    image: string,
    options: Docker.ContainerCreateOptions = {},
    port = "8000/tcp",
  ): Promise<Docker.Container> {
    const container = await docker.createContainer({
      name: `${this.#name}-${this.#containers.length}`,
      Image: image,
      Tty: true,
      StopTimeout: 5,
      ExposedPorts: { [port]: {} },
      HostConfig: {
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        Memory: 128 * 2 ** 20,
        PortBindings: { [port]: [{ HostIp: "127.0.0.1", HostPort: "" }] },
      },
      ...options,
    });
    this.#containers.push(container);
    await container.start();
    return container;
  }

  /** Runs a command in an image until it ends, and returns its exit code and what it printed. */
  async runToEnd(
    image: string,
    command?: string[],
    env: string[] = [],
    options: Docker.ContainerCreateOptions = {},
  ): Promise<{ code: number; output: string }> {
    const container = await this.run(image, {
      Env: env,
      ...(command && { Cmd: command }),
      ...options,
    });
    const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
    const output = (await container.logs({ stdout: true, stderr: true })).toString();
    return { code, output: output.replaceAll("\r\n", "\n") };
  }

  /** Removes every container and image that this made. */
  async clear(): Promise<void> {
    for (const container of this.#containers) await container.remove({ force: true, v: true });
    for (const image of this.#images) await docker.getImage(image).remove({ force: true });
  }
}

/** The layers of an image, lowest first. */
export async function layers(image: string): Promise<string[]> {
  return (await docker.getImage(image).inspect()).RootFS.Layers ?? [];
}

/** The URL at which a running container answers on this machine, once it does; gives up after 20 seconds. */
export async function answeringUrl(container: Docker.Container): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  const [bound] = Object.values(NetworkSettings.Ports).flatMap((each) => each ?? []);
  const url = `http://127.0.0.1:${bound?.HostPort}/`;
  await until("the container answers", async () => (await fetch(url).catch(() => undefined))?.ok);
  return url;
}

/** Asks every 50 ms until the answer is yes; fails after 20 seconds. */
export async function until(what: string, ask: () => Promise<boolean | undefined>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`not within 20 seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function packContext(context: string): Promise<Readable> {
  const rules = dockerIgnore.default().add(await readFile(join(context, ".dockerignore"), "utf8"));
  const tar = pack();
  for (const path of rules.filter(await readdir(context, { recursive: true })).sort()) {
    const found = await stat(join(context, path));
    if (!found.isFile()) continue;
    tar.entry({ name: path, mode: found.mode }, await readFile(join(context, path)));
  }
  tar.finalize();
  return Readable.from(tar);
}
