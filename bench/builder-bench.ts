import { join } from "node:path";
import { removeBuilders } from "../builder/buildkit/builder-network.ts";
import { freePort } from "../rehearsal/free-port.ts";
import { type RunningPostgres, startPostgres } from "../setup/start-postgres.ts";
import type { Program } from "./builder-process.ts";
import type { Workbench } from "./workbench.ts";

/** What the builder's benchmarks work with beside the workbench. */
export interface BuilderTools {
  /** The Docker engine, as in `DOCKER_HOST`. */
  readonly host: string;
  /** The name of Postgres's image in the engine. */
  readonly postgresImage: string;
}

/** A program of the builder's, and where it answers. */
export interface Served extends Program {
  readonly origin: string;
}

/** Starts a Postgres that goes with the work. */
export async function onPostgres<T>(
  { name }: Workbench,
  { host, postgresImage: image }: BuilderTools,
  work: (postgres: RunningPostgres) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const postgres = await startPostgres({ host, name: `${name}-postgres`, image, port });
  try {
    return await work(postgres);
  } finally {
    await postgres.remove();
  }
}

/** A process of the service, in a folder of its own, that lets 50 clients of no name do what they like. */
export async function builderProgram(
  bench: Workbench,
  { host }: BuilderTools,
  name: string,
  role: "all" | "api" | "worker",
  env: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const folder = join(bench.folder, name);
  return {
    origin,
    file: "builder/start.ts",
    args: [role],
    ready: `${origin}/healthz`,
    ...(role === "api"
      ? {}
      : { clear: () => removeBuilders({ engine: host, folder }, `${name}-1`) }),
    env: {
      ...{ DOCKER_HOST: host, REGISTRY: bench.registry, PORT: `${port}` },
      ...{ BUILDER_FOLDER: folder, BUILDER_NAME: name, LOG_LEVEL: "warn" },
      ...{ BUILDER_PER_MINUTE: "1000000", BUILDER_WAITING: "1000000", BUILDER_RUNNING: "100" },
      ...env,
    },
  };
}

/** The route that it is held against. */
export async function bareRoute(database: string): Promise<Served> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const env = { DATABASE: database, PORT: `${port}` };
  return { origin, file: "bench/bare-route.ts", args: [], ready: `${origin}/healthz`, env };
}
