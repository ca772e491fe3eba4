import { UserError } from "../setup/user-error.ts";
import { assemble } from "./settings/assemble.ts";
import { readClients } from "./settings/clients.ts";
import { type Environment, isSet } from "./settings/environment.ts";
import { readRegistry } from "./settings/registry.ts";
import { isLoopback, variables } from "./settings/variables.ts";

// What the builder is told by its environment, read once and checked as a whole.

/** Who may build; a token is known by its hash alone. */
export interface Client {
  readonly name: string;
  /** Hexadecimal SHA-256 of the token. */
  readonly tokenHash: string;
  /** Sees and handles the builds of all clients. */
  readonly isAdmin: boolean;
}

/** Where images go. */
export interface RegistrySettings {
  /** `http://localhost:5055`, `https://registry-1.docker.io`. */
  readonly origin: string;
  /** What references begin with: `localhost:5055`, `docker.io/acme`. */
  readonly prefix: string;
  readonly login?: { readonly username: string; readonly password: string };
}

/** What one build may use; every one of them binds. */
export interface BuildLimits {
  /** Bytes of memory, swap included. Default: 1 GiB. */
  readonly memory: number;
  /** Cores. Default: 1. */
  readonly cpus: number;
  /** Processes and threads. Default: 512. */
  readonly pids: number;
  /** Seconds for the build step. Default: 900. */
  readonly seconds: number;
  /** Bytes of log. Default: 16 MiB. */
  readonly logBytes: number;
  /** Bytes of the image's layers, those of its base too, compressed. Default: 2 GiB. */
  readonly imageBytes: number;
  /** Bytes that the build may write inside its builder, which is looked at every second or more. Default: 4 GiB. */
  readonly diskBytes?: number;
}

/** What may be uploaded, and how often. */
export interface UploadLimits {
  /** Bytes of a Dockerfile. Default: 512 KiB. */
  readonly dockerfileBytes: number;
  /** Bytes of a request's body. Default: 64 MiB. */
  readonly bodyBytes: number;
  /** Bytes of all files of a context, unpacked. Default: 256 MiB. */
  readonly contextBytes: number;
  /** Default: 10 000. */
  readonly contextFiles: number;
  /** Orders of one client in a minute. Default: 600. */
  readonly perMinute: number;
  /** Builds of one client that may wait at once. Default: 2 000. */
  readonly waiting: number;
  /** Builds of one client that run at once, over all workers. Default: 4. */
  readonly running: number;
}

export interface Settings {
  /** `all`: this process answers requests and builds; the other two need DATABASE_URL. */
  readonly role: "all" | "api" | "worker";
  /** Default: 127.0.0.1. Anything but loopback needs tokens. */
  readonly host: string;
  /** Default: 8000, and none for a worker, which then answers nobody. 0: any free one. */
  readonly port?: number;
  /** A Postgres; PGlite in `folder` without it. */
  readonly databaseUrl?: string;
  /** What this process keeps on disk: the database without DATABASE_URL, images between build and push. */
  readonly folder: string;
  readonly registry: RegistrySettings;
  /** Empty: anybody, on loopback. */
  readonly clients: readonly Client[];
  /** The engine that runs the builders, as in DOCKER_HOST. */
  readonly engine: string;
  /** A BuildKit that builds in their place, as in BUILDKIT_HOST: its limits are its own. */
  readonly buildkitHost?: string;
  /** What its workers are called, before their number. Default: the machine's host name. */
  readonly name?: string;
  /** How many builds this process runs at once. Default: 2. */
  readonly slots: number;
  readonly buildLimits: BuildLimits;
  readonly uploadLimits: UploadLimits;
  /** Image names that `FROM` may start from, `*` for any part. Default: all. */
  readonly baseImages: readonly string[];
  /** Image names that `# syntax=` may name. Default: those of docker/dockerfile. */
  readonly frontends: readonly string[];
  /** Signs callbacks; without it nobody may order one. */
  readonly callbackSecret?: string;
  readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
  /** What the image was made of, where the service runs from one. */
  readonly release?: { readonly commit: string; readonly branch: string };
}

/** What was read, and what the reader of it should be told: one line each. */
export interface ReadSettings {
  readonly settings: Settings;
  readonly notices: readonly string[];
}

const ROLES: readonly Settings["role"][] = ["all", "api", "worker"];

/**
 * Reads the environment and the command's arguments, which are a role at most. An empty variable is as good as none.
 * @param engine the endpoint to build on without DOCKER_HOST, as the set-up has found it.
 * @throws UserError with all problems at once, each as "VARIABLE: what; how to mend".
 */
export function readSettings(
  env: Environment,
  args: readonly string[],
  engine = "unix:///var/run/docker.sock",
): ReadSettings {
  const parsed = variables.safeParse(Object.fromEntries(Object.entries(env).filter(isSet)));
  const registry = readRegistry(env);
  const clients = readClients(env);
  const role = ROLES.find((each) => each === (args[0] ?? "all"));
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`),
    ...registry.problems,
    ...clients.problems,
    ...roleProblems(args, role, env),
    ...openProblems(env, clients.clients),
  ];
  if (problems.length > 0 || !parsed.data || !registry.registry || !role) {
    throw new UserError(problems.join("\n"));
  }
  const settings = assemble(parsed.data, role, registry.registry, clients.clients, engine);
  return { settings, notices: registry.notices };
}

function roleProblems(
  args: readonly string[],
  role: Settings["role"] | undefined,
  env: Environment,
): string[] {
  if (!role || args.length > 1) {
    return [`${args.join(" ")}: is no role; use one of ${ROLES.join(", ")}`];
  }
  if (role === "all" || env.DATABASE_URL) return [];
  return [
    `DATABASE_URL: required for the role ${role}; name the Postgres that all processes share, or use the role all`,
  ];
}

function openProblems(env: Environment, clients: readonly Client[]): string[] {
  if (clients.length > 0 || !env.HOST || isLoopback(env.HOST)) return [];
  if (env.BUILDER_TOKENS || env.BUILDER_TOKENS_FILE) return [];
  return [
    `HOST: ${env.HOST} can be reached from elsewhere, and there are no tokens; make one with "npm run builder -- token NAME" and set BUILDER_TOKENS_FILE, or take HOST away`,
  ];
}
