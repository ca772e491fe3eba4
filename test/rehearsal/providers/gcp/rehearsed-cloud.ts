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
  createGoogleProvider,
  type GoogleProviderOptions,
} from "../../../../rehearsal/providers/gcp/provider.ts";
import { attach } from "../../../../rehearsal/providers/host.ts";
import { docker, engineHost } from "../../engine.ts";

// A stack of its own whose program runs in the test, against the gcp stand-in and a cloud in a folder.

/** What one run of Pulumi's engine did and said. */
export interface Run {
  readonly succeeded: boolean;
  /** What happened to the program's resources, such as "create web" or "update web: template". */
  readonly steps: readonly string[];
  readonly outputs: OutputMap;
  /** What was refused, by the names of the resources; lines without a resource are under "". */
  readonly errors: Readonly<Record<string, string>>;
}

export interface StateResource {
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
}

export interface RehearsedCloud {
  /** The stack's name, which its containers are labelled with. */
  readonly stack: string;
  readonly cloud: Cloud;
  preview(program: PulumiFn): Promise<Run>;
  up(program: PulumiFn, options?: { refresh?: boolean; continueOnError?: boolean }): Promise<Run>;
  destroy(): Promise<Run>;
  /** The state of a resource, by its name in the program; undefined when there is none. */
  state(name: string): StateResource | undefined;
  /** The state file, as it is on disk. */
  stateFile(): string;
  dispose(): Promise<void>;
}

export const project = "acme-staging";
export const region = "europe-west1";

/** Makes the stack with a backend, a Pulumi home, a cloud and a stand-in of its own, and switches the project's APIs on. */
export async function rehearsedCloud(
  options: Partial<GoogleProviderOptions> = {},
): Promise<RehearsedCloud> {
  const root = mkdtempSync(join(tmpdir(), "slipway-cloud-"));
  for (const name of ["home", "state", "workspace"]) mkdirSync(join(root, name));
  const stackName = `test-${randomBytes(4).toString("hex")}`;
  const cloud = openCloud(join(root, "cloud"));
  switchOn(cloud);
  const env = { ...process.env, DOCKER_HOST: engineHost };
  const gcp = createGoogleProvider({ cloud, registry: "localhost:1", env, ...options });
  const host = await attach({ gcp });
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
  await stack.setConfig("gcp:project", { value: project });
  await stack.setConfig("gcp:region", { value: region });
  const file = join(root, `state/.pulumi/stacks/cloud/${stackName}.json`);
  return {
    stack: stackName,
    cloud,
    preview: (program) => watched((onEvent) => stack.preview({ program, onEvent })),
    up: (program, { refresh = false, continueOnError = false } = {}) =>
      watched((onEvent) => stack.up({ program, refresh, continueOnError, onEvent })),
    destroy: () => watched((onEvent) => stack.destroy({ onEvent, continueOnError: true })),
    state: (name) => resourceState(file, name),
    stateFile: () => readFileSync(file, "utf8"),
    async dispose() {
      await host.close();
      rmSync(root, { recursive: true, force: true });
      await sweep(stackName);
    },
  };
}

/** The APIs of a project that ground would have switched on. */
export function switchOn(cloud: Cloud, of: string = project): void {
  const names =
    "run artifactregistry secretmanager monitoring iam iamcredentials cloudresourcemanager";
  for (const name of names.split(" ")) cloud.put("gcp/api", `${of}/${name}.googleapis.com`, {});
}

async function watched(
  work: (onEvent: (event: EngineEvent) => void) => Promise<object>,
): Promise<Run> {
  const steps: string[] = [];
  const errors: Record<string, string> = {};
  const watch = ({ resourcePreEvent, diagnosticEvent }: EngineEvent): void => {
    const step = resourcePreEvent?.metadata;
    if (step?.type.startsWith("gcp:") && step.op !== "same") {
      const paths = Object.keys(step.detailedDiff ?? {})
        .sort()
        .join(",");
      steps.push(`${step.op} ${nameOf(step.urn)}${paths && `: ${paths}`}`);
    }
    if (diagnosticEvent?.severity !== "error") return;
    const name = diagnosticEvent.urn ? nameOf(diagnosticEvent.urn) : "";
    errors[name] = `${errors[name] ?? ""}${diagnosticEvent.message}`;
  };
  try {
    const result = (await work(watch)) as { outputs?: OutputMap };
    return { succeeded: true, outputs: result.outputs ?? {}, steps, errors };
  } catch (error) {
    if (Object.keys(errors).length === 0) throw error;
    return { succeeded: false, outputs: {}, steps, errors };
  }
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** From the file, since Pulumi's own export lays secrets open. */
function resourceState(file: string, name: string): StateResource | undefined {
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8"));
  const resources = checkpoint.latest.resources as (StateResource & { urn: string })[];
  return resources.find(({ urn }) => urn.includes("gcp:") && nameOf(urn) === name);
}

/** Removes the containers that a failed test may have left. */
async function sweep(stackName: string): Promise<void> {
  const label = [`slipway.rehearsal=${stackName}`];
  for (const { Id } of await docker.listContainers({ all: true, filters: { label } })) {
    await docker
      .getContainer(Id)
      .remove({ force: true, v: true })
      .catch(() => undefined);
  }
}
