import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import { passphrase } from "./encrypt-secrets.ts";
import { checkout, hasState, type Workplace } from "./workplace.ts";

/** What a run of Pulumi's engine needs from this machine. */
export interface Tools {
  /** Folders with the CLI and its language host. */
  readonly path: readonly string[];
  /** `PULUMI_DEBUG_PROVIDERS` where stand-ins are attached; absent with real plugins. */
  readonly debugProviders?: string | undefined;
  readonly rebuild?: boolean | undefined;
  /** The address that plays the outside; absent where the real one is asked. */
  readonly outside?: string | undefined;
}

/** Opens a workplace's stack through Pulumi's Automation API, on a state of its own. */
export async function openStack(place: Workplace, tools: Tools): Promise<Stack> {
  const envVars = environment(place, tools);
  // The search for the CLI looks at this process's PATH only.
  process.env.PATH = envVars.PATH;
  const pulumiCommand = await PulumiCommand.get({ skipVersionCheck: true });
  writeProject(place);
  const workspace = await LocalWorkspace.create({
    workDir: place.folder,
    pulumiCommand,
    pulumiHome: place.pulumiHome,
    envVars,
  });
  return hasState(place)
    ? Stack.select(place.stack, workspace)
    : Stack.create(place.stack, workspace);
}

/** What Pulumi's CLI itself needs to be run on a workplace: its environment, and the project file in its folder. */
export function pulumiOn(place: Workplace, tools: Tools): Record<string, string> {
  writeProject(place);
  return environment(place, tools);
}

/** The project as it is, but in the run's own folder: Pulumi writes into the stack file that lies beside it. */
function writeProject(place: Workplace): void {
  const project = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as { main: string };
  const main = join(checkout, project.main);
  const file = join(place.folder, "Pulumi.yaml");
  // Renamed into place: another process may be asking Pulumi for the same stack, and must not read an empty file.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, stringify({ ...project, main }));
  renameSync(draft, file);
}

function environment(place: Workplace, tools: Tools): Record<string, string> {
  const quiet = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "true",
  };
  const standIns = tools.debugProviders && {
    PULUMI_DEBUG_PROVIDERS: tools.debugProviders,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  return {
    ...quiet,
    ...standIns,
    ...(tools.rebuild && { SLIPWAY_REBUILD: "on" }),
    ...(tools.outside && played(tools.outside)),
    PATH: [...tools.path, process.env.PATH].join(delimiter),
    PULUMI_BACKEND_URL: pathToFileURL(place.backend).href,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
  };
}

/**
 * What a program is told when the outside is played at an address. Whoever plays it asks for a login as the real one does;
 * which one does not matter, so that no real one gets into a rehearsal's state.
 */
export function played(outside: string): Record<string, string> {
  return {
    SLIPWAY_OUTSIDE: outside,
    DOCKERHUB_USERNAME: "rehearsal",
    DOCKERHUB_PASSWORD: "rehearsal",
    GCP_SERVICE_KEY: "",
  };
}
