import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  type OutputMap,
  type PulumiFn,
} from "@pulumi/pulumi/automation/index.js";
import { type Cloud, openCloud } from "../../../../rehearsal/cloud/cloud.ts";
import {
  type AwsProviderOptions,
  createAwsProvider,
} from "../../../../rehearsal/providers/aws/provider.ts";
import { attach } from "../../../../rehearsal/providers/host.ts";
import { docker, engineHost } from "../../engine.ts";

// A stack of its own whose program runs in the test, against the aws stand-in and a cloud in a folder.

/** What one run of Pulumi's engine did and said. */
export interface Run {
  readonly succeeded: boolean;
  /** What happened to the program's resources, such as "create web" or "update web: version". */
  readonly steps: readonly string[];
  readonly outputs: OutputMap;
  /** What was refused, by the names of the resources; lines without a resource are under "". */
  readonly errors: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  /** Lines for information. */
  readonly infos: readonly string[];
}

export interface StateResource {
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
}

export interface RehearsedCloud {
  readonly cloud: Cloud;
  preview(program: PulumiFn): Promise<Run>;
  up(program: PulumiFn, options?: { refresh?: boolean; continueOnError?: boolean }): Promise<Run>;
  destroy(): Promise<Run>;
  /** The state of a resource, by its name in the program; undefined when there is none. */
  state(name: string): StateResource | undefined;
  /** The containers that run for the stack. */
  running(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

export const account = "123456789012";
export const region = "eu-west-1";

/** Makes the stack with a backend, a Pulumi home, a cloud and a stand-in of its own. */
export async function rehearsedCloud(
  options: Partial<AwsProviderOptions> = {},
): Promise<RehearsedCloud> {
  const root = mkdtempSync(join(tmpdir(), "slipway-cloud-"));
  for (const name of ["home", "state", "workspace"]) mkdirSync(join(root, name));
  const stackName = `test-${randomBytes(4).toString("hex")}`;
  const cloud = openCloud(join(root, "cloud"));
  const env = { ...process.env, DOCKER_HOST: engineHost };
  const aws = createAwsProvider({ cloud, registry: "localhost:1", env, ...options });
  const host = await attach({ aws });
  const stack = await LocalWorkspace.createStack(
    { stackName, projectName: "cloud", program: async () => {} },
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
  await stack.setConfig("aws:region", { value: region });
  const file = join(root, `state/.pulumi/stacks/cloud/${stackName}.json`);
  const label = [`slipway.rehearsal=${stackName}`];
  const containers = (all: boolean) => docker.listContainers({ all, filters: { label } });
  return {
    cloud,
    preview: (program) => watched((onEvent) => stack.preview({ program, onEvent })),
    up: (program, { refresh = false, continueOnError = false } = {}) =>
      watched((onEvent) => stack.up({ program, refresh, continueOnError, onEvent })),
    destroy: () => watched((onEvent) => stack.destroy({ onEvent, continueOnError: true })),
    state: (name) => resourceState(file, name),
    running: async () => (await containers(false)).map(({ Id }) => Id),
    async dispose() {
      await host.close();
      rmSync(root, { recursive: true, force: true });
      for (const { Id } of await containers(true)) {
        await docker
          .getContainer(Id)
          .remove({ force: true, v: true })
          .catch(() => undefined);
      }
    },
  };
}

async function watched(
  work: (onEvent: (event: EngineEvent) => void) => Promise<object>,
): Promise<Run> {
  const steps: string[] = [];
  const warnings: string[] = [];
  const infos: string[] = [];
  const errors: Record<string, string> = {};
  const watch = ({ resourcePreEvent, diagnosticEvent }: EngineEvent): void => {
    const step = resourcePreEvent?.metadata;
    if (step?.type.startsWith("aws:") && step.op !== "same") {
      const paths = Object.keys(step.detailedDiff ?? {})
        .sort()
        .join(", ");
      steps.push(`${step.op} ${nameOf(step.urn)}${paths && `: ${paths}`}`);
    }
    if (diagnosticEvent?.severity === "warning") warnings.push(diagnosticEvent.message.trim());
    if (diagnosticEvent?.severity === "info") infos.push(diagnosticEvent.message.trim());
    if (diagnosticEvent?.severity !== "error") return;
    const name = diagnosticEvent.urn ? nameOf(diagnosticEvent.urn) : "";
    errors[name] = `${errors[name] ?? ""}${diagnosticEvent.message}`;
  };
  try {
    const result = (await work(watch)) as { outputs?: OutputMap };
    return { succeeded: true, outputs: result.outputs ?? {}, steps, errors, warnings, infos };
  } catch (error) {
    if (Object.keys(errors).length === 0) throw error;
    return { succeeded: false, outputs: {}, steps, errors, warnings, infos };
  }
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** From the file, since Pulumi's own export lays secrets open. */
function resourceState(file: string, name: string): StateResource | undefined {
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8"));
  const resources = checkpoint.latest.resources as (StateResource & { urn: string })[];
  return resources.find(({ urn }) => urn.includes("aws:") && nameOf(urn) === name);
}
