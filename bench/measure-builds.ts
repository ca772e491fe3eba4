import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { pack } from "tar-stream";
import type { RunningPostgres } from "../setup/start-postgres.ts";
import { UserError } from "../setup/user-error.ts";
import { type BuilderTools, builderProgram, onPostgres, type Served } from "./builder-bench.ts";
import { withPrograms } from "./builder-process.ts";
import { byRatio, type Comparison } from "./comparison.ts";
import { interleave } from "./interleave.ts";
import type { Taking } from "./measure-preview.ts";
import type { Workbench } from "./workbench.ts";

/** So many builds make one measurement, each under a tag of its own. */
const BUILDS = 24;

/** They are of so few Dockerfiles, so that every cache has seen each of them soon. */
const DOCKERFILES = 3;

const longestWait = 300_000;
const betweenLooks = 25;

/**
 * The time for cached builds, ordered all at once, until the last image is in the registry: from one worker with its usual two slots,
 * against the engine alone, which builds and pushes the same ones one after another (a throughput of 0.9 of the engine's is 1.11
 * of its time); and from two workers against one, each with a slot to itself, so that two cores have room for both.
 */
export async function buildsAgainstEngine(
  bench: Workbench,
  { rounds, told }: Taking,
  tools: BuilderTools,
): Promise<Comparison[]> {
  return onPostgres(bench, tools, async (postgres) => {
    const usual = await service(bench, tools, postgres, "usual", [2]);
    const single = await service(bench, tools, postgres, "single", [1]);
    const pair = await service(bench, tools, postgres, "pair", [1, 1]);
    return withPrograms([...usual, ...single, ...pair], async () => {
      const each = {
        usual: () => inTime(usual[0]),
        single: () => inTime(single[0]),
        pair: () => inTime(pair[0]),
      };
      // Each worker has a cache for each of its slots.
      for (let time = 0; time < 4; time += 1) {
        await Promise.all(Object.values(each).map((fill) => fill()));
      }
      const taken = await interleave(rounds, { ...each, engine: () => byEngine(bench) }, told);
      const what = `${BUILDS} cached builds`;
      return [
        byRatio(
          `${what}, one worker of two slots : the engine alone, one by one`,
          1.11,
          taken.usual,
          taken.engine,
        ),
        byRatio(`${what}, two workers of one slot : one of them`, 1, taken.pair, taken.single),
      ];
    });
  });
}

/** The programs of a service with a database of its own: the API first, then workers with so many slots each. */
async function service(
  bench: Workbench,
  tools: BuilderTools,
  postgres: RunningPostgres,
  name: string,
  slots: readonly number[],
): Promise<readonly [Served, ...Served[]]> {
  await postgres.query(`create database ${name}`);
  const database = new URL(postgres.url);
  database.pathname = `/${name}`;
  const env = { DATABASE_URL: database.href };
  const api = await builderProgram(bench, tools, `${name}-api`, "api", env);
  const workers = slots.map((count, at) =>
    builderProgram(bench, tools, `${name}-worker-${at}`, "worker", {
      ...env,
      BUILDER_SLOTS: `${count}`,
    }),
  );
  return [api, ...(await Promise.all(workers))];
}

async function inTime({ origin }: Served): Promise<number> {
  const began = performance.now();
  const tags = Array.from({ length: BUILDS }, () => crypto.randomUUID());
  let open = await Promise.all(tags.map((tag, index) => order(origin, tag, dockerfileOf(index))));
  while (open.length > 0) {
    if (performance.now() - began > longestWait) {
      throw new UserError(
        `benchmark: ${open.length} builds have not ended; see whether npm run builder works`,
      );
    }
    await pause(betweenLooks);
    // They end in about the order they came in; whoever waits for the first need not ask for the others.
    while (open.length > 0 && (await hasEnded(origin, open[0] ?? ""))) open = open.slice(1);
  }
  return (performance.now() - began) / 1_000;
}

async function order(origin: string, tag: string, dockerfile: string): Promise<string> {
  const answer = await fetch(`${origin}/v1/builds`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ image_name: "cached", image_tag: tag, dockerfile }),
  });
  const { id } = (await answer.json()) as { id?: string };
  if (answer.status === 202 && id !== undefined) return id;
  throw new UserError(`benchmark: an order was answered with ${answer.status}; see the log`);
}

async function hasEnded(origin: string, id: string): Promise<boolean> {
  const answer = await fetch(`${origin}/v1/builds/${id}`);
  const { state, error } = (await answer.json()) as { state: string; error?: string };
  if (state === "failed") throw new UserError(`benchmark: a build failed (${error})`);
  return state === "succeeded";
}

async function byEngine({ engine, registry }: Workbench): Promise<number> {
  const repository = `${registry}/by-engine`;
  const began = performance.now();
  for (let index = 0; index < BUILDS; index += 1) {
    const tag = crypto.randomUUID();
    const context = pack();
    context.entry({ name: "Dockerfile" }, dockerfileOf(index));
    context.finalize();
    const options = { t: `${repository}:${tag}`, rm: true, version: "2" } as const;
    await follow(engine, await engine.buildImage(Readable.from(context), options));
    const login = { username: "", password: "" };
    await follow(engine, await engine.getImage(repository).push({ tag, authconfig: login }));
  }
  return (performance.now() - began) / 1_000;
}

function dockerfileOf(index: number): string {
  const which = index % DOCKERFILES;
  return `FROM python:3.12-slim\nLABEL which=${which}\nRUN echo ${which} > /which\n`;
}

function follow(engine: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    engine.modem.followProgress(stream, (error, records: { error?: string }[]) => {
      const failed = error ?? records.find((record) => record.error)?.error;
      if (failed) reject(failed instanceof Error ? failed : new Error(String(failed)));
      else resolve();
    });
  });
}
