import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { lastLine, run } from "../setup/run.ts";
import { UserError } from "../setup/user-error.ts";
import {
  type BuilderTools,
  bareRoute,
  builderProgram,
  onPostgres,
  type Served,
} from "./builder-bench.ts";
import { withPrograms } from "./builder-process.ts";
import { byRatio, type Comparison } from "./comparison.ts";
import { interleave } from "./interleave.ts";
import type { Load, Measured } from "./load.ts";
import type { Taking } from "./measure-preview.ts";
import type { Workbench } from "./workbench.ts";

/** How many ask at once, and how often each of them in one round. */
const crowd = { clients: 50, requests: 20 };

/**
 * How long 50 clients at once wait for the builder's answers, all but the slowest hundredth, while it builds what they order;
 * against a bare Fastify route that writes one row, on the same database and while the same builds run.
 */
export async function answersAgainstBare(
  bench: Workbench,
  taking: Taking,
  tools: BuilderTools,
): Promise<Comparison[]> {
  const onServer = await onPostgres(bench, tools, async ({ url }) => {
    const env = { DATABASE_URL: url };
    const api = await builderProgram(bench, tools, "answers-api", "api", env);
    const worker = await builderProgram(bench, tools, "answers-worker", "worker", env);
    const bare = await bareRoute(url);
    return withPrograms([api, worker, bare], () => compare("Postgres", api, bare, taking));
  });
  const all = await builderProgram(bench, tools, "answers-all", "all");
  const folder = join(bench.folder, "answers-bare");
  mkdirSync(folder);
  const bare = await bareRoute(folder);
  const within = await withPrograms([all, bare], () => compare("PGlite", all, bare, taking));
  return [...onServer, ...within];
}

async function compare(
  database: string,
  { origin }: Served,
  bare: Served,
  { rounds, signal, told }: Taking,
): Promise<Comparison[]> {
  let last = "";
  const taken = await interleave(
    rounds,
    {
      post: async () => {
        const url = `${origin}/build-push`;
        const { p99, body } = await under({ url, kind: "legacy-post", status: 200 }, signal);
        last = (JSON.parse(body) as { build_id: string }).build_id;
        return p99;
      },
      bare: async () => {
        const load = { url: `${bare.origin}/rows`, kind: "json-post", status: 200 } as const;
        return (await under(load, signal)).p99;
      },
      status: async () => {
        const url = `${origin}/build-push-status?build_id=${last}`;
        return (await under({ url, kind: "get", status: 200 }, signal)).p99;
      },
    },
    told,
  );
  const what = `p99 of 50 clients, ${database}, while it builds : a bare route that writes a row`;
  return [
    byRatio(`build-push, ${what}`, 3, taken.post, taken.bare),
    byRatio(`build-push-status, ${what}`, 3, taken.status, taken.bare),
  ];
}

async function under(
  load: Omit<Load, "clients" | "requests">,
  signal: AbortSignal,
): Promise<Measured> {
  const program = join(import.meta.dirname, "load.ts");
  const args = [program, JSON.stringify({ ...crowd, ...load })];
  const { code, stdout, stderr } = await run(process.execPath, args, { signal });
  signal.throwIfAborted();
  if (code === 0) return JSON.parse(stdout) as Measured;
  throw new UserError(
    `benchmark: the load on ${load.url} failed (${lastLine(stderr)}); see whether npm run builder works`,
  );
}
