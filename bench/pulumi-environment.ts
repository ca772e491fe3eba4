import { mkdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

type Environment = Readonly<Record<string, string | undefined>>;

/** What Pulumi's CLI is to use in a benchmark. */
export interface PulumiTools {
  /** Folders with the CLI and its language host. */
  readonly path: readonly string[];
  /** The attached stand-ins, as `PULUMI_DEBUG_PROVIDERS` takes them. */
  readonly debugProviders: string;
}

/**
 * The environment of every run of the CLI: state, home and temporary files below `folder`, this checkout's Node.js, the
 * stand-ins, and nothing that would tell the program of another commit than the one that is checked out.
 */
export function pulumiEnvironment(
  folder: string,
  { path, debugProviders }: PulumiTools,
): Environment {
  const modules = join(import.meta.dirname, "..", "node_modules", ".bin");
  const backend = join(folder, "state");
  mkdirSync(backend, { recursive: true });
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:PULUMI|SLIPWAY|BITBUCKET|GITHUB|NODE)_/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    PATH: [modules, ...path, process.env.PATH].join(delimiter),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_DEBUG_PROVIDERS: debugProviders,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "true",
    ...caches(join(folder, "warm")),
  };
}

/**
 * The same environment as a pipeline's fresh machine has it: `CI` is set, no compiled code is kept by anybody who does not
 * ask for it, and the folder for temporary files is empty; it is thrown away after `work`.
 */
export async function withColdCaches<T>(
  environment: Environment,
  folder: string,
  work: (environment: Environment) => Promise<T>,
): Promise<T> {
  const cold = join(folder, "cold");
  try {
    return await work({
      ...environment,
      ...caches(cold),
      NODE_COMPILE_CACHE: undefined,
      CI: "true",
    });
  } finally {
    rmSync(cold, { recursive: true, force: true });
  }
}

/** Node.js keeps compiled code where the first variable says, ts-node in the folder for temporary files. */
function caches(folder: string): Environment {
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true });
  return {
    NODE_COMPILE_CACHE: join(folder, "compile-cache"),
    TMPDIR: temporary,
    TMP: temporary,
    TEMP: temporary,
  };
}
