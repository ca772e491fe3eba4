import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  type OutputMap,
  type PulumiFn,
} from "@pulumi/pulumi/automation/index.js";
import {
  createDockerProvider,
  type DockerProviderOptions,
} from "../../../../rehearsal/providers/docker/provider.ts";
import { attach } from "../../../../rehearsal/providers/host.ts";
import { docker } from "../../engine.ts";

// A stack of its own whose program runs in the test, against the docker stand-in and the real engine.

/** What one run of Pulumi's engine did and said. */
export interface Run {
  readonly succeeded: boolean;
  /** What happened to the program's docker resources, such as "create web" or "update-replace web: image". */
  readonly steps: readonly string[];
  readonly outputs: OutputMap;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** Lines that replace each other on a terminal. */
  readonly progress: readonly string[];
}

export interface StateResource {
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
}

export interface RehearsedStack {
  /** Unique in this engine: names and labels with it are removed at the end. */
  readonly id: string;
  /** The folder of the program. */
  readonly folder: string;
  write(file: string, content: string): void;
  preview(program: PulumiFn, options?: { refresh?: boolean }): Promise<Run>;
  up(
    program: PulumiFn,
    options?: { refresh?: boolean; signal?: AbortSignal; onProgress?: (text: string) => void },
  ): Promise<Run>;
  destroy(): Promise<Run>;
  /** The state of a resource, by its name in the program. */
  state(name: string): StateResource;
  setConfig(key: string, value: string): Promise<void>;
  /** Removes every trace from disk and engine, without asking Pulumi. */
  dispose(): Promise<void>;
}

/** Makes the stack with a backend, a Pulumi home and a stand-in of its own. */
export async function rehearsedStack(
  options: Partial<DockerProviderOptions> = {},
): Promise<RehearsedStack> {
  const id = `slipway-test-${randomBytes(4).toString("hex")}`;
  const root = mkdtempSync(join(tmpdir(), "slipway-stand-in-"));
  const folder = join(root, "program");
  for (const name of ["program", "home", "state", "workspace"]) mkdirSync(join(root, name));
  const host = await attach({ docker: createDockerProvider({ cwd: folder, ...options }) });
  const stack = await LocalWorkspace.createStack(
    { stackName: "test", projectName: "stand-in", program: async () => {} },
    {
      workDir: join(root, "workspace"),
      pulumiHome: join(root, "home"),
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_DEBUG_PROVIDERS: host.debugProviders,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
      },
    },
  );
  return {
    id,
    folder,
    write(file, content) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    },
    preview: (program, { refresh = false } = {}) =>
      watched((onEvent) => stack.preview({ program, refresh, onEvent })),
    up: (program, { refresh = false, signal, onProgress } = {}) =>
      watched(
        (onEvent) => stack.up({ program, refresh, onEvent, ...(signal && { signal }) }),
        onProgress,
      ),
    destroy: () => watched((onEvent) => stack.destroy({ onEvent })),
    state: (name) => resourceState(join(root, "state/.pulumi/stacks/stand-in/test.json"), name),
    setConfig: (key, value) => stack.setConfig(key, { value }),
    async dispose() {
      await host.close();
      rmSync(root, { recursive: true, force: true });
      await sweep(id);
    },
  };
}

async function watched(
  work: (onEvent: (event: EngineEvent) => void) => Promise<object>,
  onProgress?: (text: string) => void,
): Promise<Run> {
  const found = {
    steps: [] as string[],
    errors: [] as string[],
    warnings: [] as string[],
    progress: [] as string[],
  };
  const watch = ({ resourcePreEvent, diagnosticEvent }: EngineEvent): void => {
    const step = resourcePreEvent?.metadata;
    if (step?.type.startsWith("docker:") && step.op !== "same") {
      const paths = Object.keys(step.detailedDiff ?? {})
        .sort()
        .join(", ");
      found.steps.push(`${step.op} ${step.urn.split("::").at(-1)}${paths && `: ${paths}`}`);
    }
    if (!diagnosticEvent) return;
    const { message, severity, ephemeral } = diagnosticEvent;
    const text = message.trimEnd();
    if (ephemeral) {
      found.progress.push(text);
      onProgress?.(text);
    } else if (severity === "error") found.errors.push(text);
    else if (severity === "warning") found.warnings.push(text);
  };
  try {
    const result = (await work(watch)) as { outputs?: OutputMap };
    return { succeeded: true, outputs: result.outputs ?? {}, ...found };
  } catch (error) {
    if (found.errors.length === 0) throw error;
    return { succeeded: false, outputs: {}, ...found };
  }
}

/** From the file, since Pulumi's own export lays secrets open. */
function resourceState(file: string, name: string): StateResource {
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8"));
  const resources = checkpoint.latest.resources as (StateResource & {
    urn: string;
    type: string;
  })[];
  const found = resources.find(
    ({ urn, type }) => type.startsWith("docker:") && urn.endsWith(`::${name}`),
  );
  if (!found) throw new Error(`no resource "${name}" in the state`);
  return found;
}

/** Removes what a failed test may have left: everything whose name has the id in it. */
async function sweep(id: string): Promise<void> {
  const ignore = (): void => {};
  for (const { Id } of await docker.listContainers({ all: true, filters: { name: [id] } })) {
    await docker.getContainer(Id).remove({ force: true, v: true }).catch(ignore);
  }
  for (const { Id } of await docker.listNetworks({ filters: { name: [id] } })) {
    await docker.getNetwork(Id).remove().catch(ignore);
  }
  const { Volumes } = await docker.listVolumes({ filters: { name: [id] } as never });
  for (const { Name } of Volumes) await docker.getVolume(Name).remove().catch(ignore);
  for (const { RepoTags, RepoDigests } of await docker.listImages()) {
    for (const name of [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((each) =>
      each.includes(id),
    )) {
      await docker.getImage(name).remove({ force: true }).catch(ignore);
    }
  }
}
