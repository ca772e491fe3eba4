import { delimiter } from "node:path";
import { actionlint } from "./actionlint.ts";
import { baseImage } from "./base-image.ts";
import { buildctl } from "./buildctl.ts";
import { builderImage } from "./builder-image.ts";
import { checkTools } from "./check-tools.ts";
import { chromium } from "./chromium.ts";
import { type Compose, compose } from "./compose.ts";
import { dockerEngine } from "./docker-engine.ts";
import { type DockerProvider, dockerPlugin } from "./docker-plugin.ts";
import type { Engine } from "./engine-endpoint.ts";
import { languageHost } from "./language-host.ts";
import { type LocalRegistry, localRegistry } from "./local-registry.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { postgresImage } from "./postgres-image.ts";
import { pulumiCli } from "./pulumi-cli.ts";
import { pythonTools } from "./python-tools.ts";
import { registryImage } from "./registry-image.ts";
import { serverImage } from "./server-image.ts";
import type { Story } from "./story.ts";
import { have, type Progress } from "./thing.ts";
import { pathOf } from "./which.ts";

/** All that can be brought, by the name it is asked for. */
export interface Brought {
  /** The Docker engine that Pulumi's docker plugin will use. */
  engine: Engine;
  /** The folder of Pulumi's CLI; its language host comes with it. */
  pulumi: string;
  /** Who answers for docker resources. */
  provider: DockerProvider;
  /** The name of the image that the app's Dockerfile starts from, in the engine. */
  "base-image": string;
  /** The registry on this machine. */
  registry: LocalRegistry;
  /** The name of Postgres's image in the engine. */
  "postgres-image": string;
  /** The folder of black, isort, pycodestyle, pytest and hadolint. */
  "python-tools": string;
  /** The folder of the checks' Python programs; never on PATH, because it has a Python and a pytest of its own. */
  "check-tools": string;
  /** The folder of actionlint; undefined where it can be neither downloaded nor built. */
  actionlint: string | undefined;
  /** Docker Compose as the command that runs it. */
  compose: Compose;
  /** The file of a Chromium; undefined where it can be neither found nor installed. */
  chromium: string | undefined;
  /** The name of the limited builders' image in the engine. */
  "builder-image": string;
  /** The file of BuildKit's client; where `BUILDKIT_HOST` is set, no engine is needed for it. */
  buildctl: string;
}

/** What can be asked for. */
export type Need = keyof Brought;

/** What was asked for, and the folders that go first on PATH for commands started with it. */
export type Ready<N extends Need> = { readonly path: readonly string[] } & Readonly<
  Pick<Brought, N>
>;

export interface ReadyOptions {
  readonly machine?: Machine;
  /** Ends the commands that are running when the user gives up. */
  readonly signal?: AbortSignal;
}

/**
 * Brings what is asked for and what that needs in turn, side by side where possible, and tells each thing as a step of the
 * story. What is there already takes milliseconds. Throws a `UserError` at the first thing that cannot be had, after the
 * commands that were running for the others have been stopped.
 */
export async function ready<N extends Need>(
  needs: readonly N[],
  story: Story,
  { machine = thisMachine(), signal }: ReadyOptions = {},
): Promise<Ready<N>> {
  const stop = new AbortController();
  signal?.addEventListener("abort", () => stop.abort(signal.reason), { once: true });
  const path = new Set<string>();
  const bring = bringers(story, machine, stop.signal, path);
  const brought = await Promise.allSettled(
    needs.map(async (need) => {
      try {
        return [need, await bring[need]()] as const;
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }),
  );
  if (stop.signal.aborted) throw stop.signal.reason;
  const values = brought.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return { path: [...path], ...(Object.fromEntries(values) as Pick<Brought, N>) };
}

/** One function for each need; asked twice, it brings the thing once. */
function bringers(
  story: Story,
  machine: Machine,
  signal: AbortSignal,
  path: Set<string>,
): { [N in Need]: () => Promise<Brought[N]> } {
  const engine = once(() => have(dockerEngine(machine), story, signal));
  const pulumi = once(async () => {
    const cli = await have(pulumiCli(machine), story, signal);
    const host = await have(languageHost(cli, machine), story, signal);
    const onPath = pathOf(machine).split(delimiter);
    for (const folder of [cli, host]) if (!onPath.includes(folder)) path.add(folder);
    return cli;
  });
  const provider = once(async () => have(dockerPlugin(await pulumi(), machine), story, signal));
  const base = once(async () => {
    const { host } = await engine();
    return have(baseImage(host, machine), story, signal);
  });
  const registry = once(async () => {
    const { host } = await engine();
    const image = serverImage(host, registryImage, base);
    const bring = async (progress: Progress, stop: AbortSignal): Promise<string> =>
      ((await image.find()) ?? (await image.bring(progress, stop))).value;
    return have(localRegistry(host, bring), story, signal);
  });
  const postgres = once(async () => {
    const { host } = await engine();
    return have(serverImage(host, postgresImage, base), story, signal);
  });
  const builder = once(async () =>
    have(builderImage(await engine(), base, machine), story, signal),
  );
  const client = once(async () => {
    if (machine.env.BUILDKIT_HOST) return have(buildctl(undefined, machine), story, signal);
    const { host, platform } = await engine();
    const image = { host, platform, name: await builder() };
    return have(buildctl(image, machine), story, signal);
  });
  const tools = once(async () => {
    const folder = await have(pythonTools(machine), story, signal);
    path.add(folder);
    return folder;
  });
  return {
    engine,
    pulumi,
    provider,
    "base-image": base,
    registry,
    "postgres-image": postgres,
    "python-tools": tools,
    "check-tools": once(() => have(checkTools(machine), story, signal)),
    actionlint: once(() => have(actionlint(machine), story, signal)),
    compose: once(() => have(compose(machine), story, signal)),
    chromium: once(() => have(chromium(machine), story, signal)),
    "builder-image": builder,
    buildctl: client,
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
