import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { freePort } from "../rehearsal/free-port.ts";
import { createDockerProvider } from "../rehearsal/providers/docker/provider.ts";
import { attach } from "../rehearsal/providers/host.ts";
import { openEngine } from "../setup/open-engine.ts";
import { registryImage } from "../setup/registry-image.ts";
import { findServerImage } from "../setup/server-image.ts";
import { startRegistry } from "../setup/start-registry.ts";
import { UserError } from "../setup/user-error.ts";
import { type CheckoutCopy, copyCheckout } from "./checkout-copy.ts";
import { writeDefaultTypescript } from "./default-typescript.ts";
import { writeEmptyProgram } from "./empty-program.ts";
import { pulumiEnvironment } from "./pulumi-environment.ts";
import { writeDevStackFile } from "./stack-file.ts";
import { type Project, timedPulumi } from "./timed-pulumi.ts";

/** Everything a benchmark works with; nothing of it is shared with a delivery or another benchmark. */
export interface Workbench {
  /** Marks whatever the benchmark makes in the engine: the name of its stacks. */
  readonly name: string;
  readonly folder: string;
  readonly engine: Docker;
  /** `localhost:<port>` of a registry that goes with the benchmark. */
  readonly registry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The copy that `ours` is a part of. */
  readonly copy: CheckoutCopy;
  readonly ours: Project;
  /** This project's program under Pulumi's default TypeScript settings, on the state of `ours`. */
  readonly defaultTypescript: Project;
  readonly empty: Project;
  readonly emptyWithProvider: Project;
}

export interface WorkbenchOptions {
  /** The Docker engine, as in `DOCKER_HOST`. */
  readonly host: string;
  /** Folders with Pulumi's CLI and its language host. */
  readonly path: readonly string[];
  readonly signal: AbortSignal;
}

/** Sets a workbench up, does `work` on it and takes all of it away again, whatever came of it. */
export async function onWorkbench<T>(
  { host, path, signal }: WorkbenchOptions,
  work: (workbench: Workbench) => Promise<T>,
): Promise<T> {
  const home = join(import.meta.dirname, "..", ".slipway", "bench");
  mkdirSync(home, { recursive: true });
  const folder = mkdtempSync(join(home, "run-"));
  const name = `bench-${process.pid}-${Date.now().toString(36)}`;
  const engine = openEngine(host);
  const closing: (() => Promise<void>)[] = [
    async () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  ];
  try {
    const image = await findServerImage(host, registryImage);
    if (!image) throw new UserError("registry: its image is gone from the engine; run npm start");
    const { port, remove } = await startRegistry({
      host,
      name: `${name}-registry`,
      image,
      port: 0,
    });
    closing.push(remove);
    const registry = `localhost:${port}`;
    closing.push(() => removeImages(engine, registry));
    closing.push(() => removeContainers(engine, name));

    const copy = await copyCheckout(join(folder, "checkout"));
    const program = join(copy.folder, "infra");
    const env = { ...process.env, DOCKER_HOST: host };
    const providers = await attach({ docker: createDockerProvider({ cwd: program, env }) });
    closing.push(() => providers.close());

    const project = (path: string): Project => ({
      folder: join(folder, path),
      stack: name,
      stackFile: join(folder, `${path.replaceAll("/", "-")}.yaml`),
    });
    const ours = project("checkout");
    writeDevStackFile(ours.stackFile, port, await freePort());
    const defaultTypescript = {
      ...project("checkout/default-typescript"),
      stackFile: ours.stackFile,
    };
    writeDefaultTypescript(program, defaultTypescript.folder);
    const empty = project("empty");
    writeEmptyProgram(empty.folder, "empty");
    const emptyWithProvider = project("empty-with-provider");
    writeEmptyProgram(emptyWithProvider.folder, "empty-with-provider");

    const tools = { path, debugProviders: providers.debugProviders };
    const pulumiEnv = pulumiEnvironment(folder, tools);
    for (const one of [ours, empty, emptyWithProvider]) {
      await timedPulumi(one, ["stack", "init", name], { env: pulumiEnv, signal });
      await timedPulumi(one, ["up", "--yes", "--skip-preview"], { env: pulumiEnv, signal });
    }
    return await work({
      ...{ name, folder, engine, registry, copy, env: pulumiEnv },
      ...{ ours, defaultTypescript, empty, emptyWithProvider },
    });
  } finally {
    await closeAll(closing.reverse());
  }
}

/** What cannot be taken away must not keep the rest from being so. */
async function closeAll(closing: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closing) await close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) {
    const reasons = failures.map((failure) => (failure as Error).message).join("; ");
    throw new UserError(
      `benchmark: something it made is still there (${reasons}); remove it by hand`,
    );
  }
}

async function removeContainers(engine: Docker, stack: string): Promise<void> {
  const filters = { label: [`slipway.stack=${stack}`] };
  const containers = await engine.listContainers({ all: true, filters });
  for (const { Id } of containers) await engine.getContainer(Id).remove({ force: true, v: true });
}

async function removeImages(engine: Docker, registry: string): Promise<void> {
  const images = await engine.listImages();
  const own = images.filter(({ RepoTags, RepoDigests }) =>
    [...(RepoTags ?? []), ...(RepoDigests ?? [])].some((name) => name.startsWith(`${registry}/`)),
  );
  for (const { Id } of own) await engine.getImage(Id).remove({ force: true });
}
