import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { pack } from "tar-stream";
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
 * The time for cached builds, ordered all at once from one worker, and from two, until the last image is in the registry; against the
 * engine alone, which builds and pushes the same ones one after another. A throughput of 0.9 of the engine's is 1.11 of its time.
 */
export async function buildsAgainstEngine(
  bench: Workbench,
  { rounds, told }: Taking,
  tools: BuilderTools,
): Promise<Comparison[]> {
  return onPostgres(bench, tools, async (postgres) => {
    await postgres.query("create database two");
    const two = new URL(postgres.url);
    two.pathname = "/two";
    const service = async (name: string, role: "api" | "worker", url: string) =>
      builderProgram(bench, tools, name, role, { DATABASE_URL: url });
    const one = await service("one-api", "api", postgres.url);
    const both = await service("two-api", "api", two.href);
    const workers = [
      await service("one-worker", "worker", postgres.url),
      await service("two-first", "worker", two.href),
      await service("two-second", "worker", two.href),
    ];
    return withPrograms([one, both, ...workers], async () => {
      // Each worker has a cache for each of its slots.
      for (let time = 0; time < 4; time += 1) await Promise.all([inTime(one), inTime(both)]);
      const taken = await interleave(
        rounds,
        { one: () => inTime(one), two: () => inTime(both), engine: () => byEngine(bench) },
        told,
      );
      const what = `${BUILDS} cached builds`;
      return [
        byRatio(
          `${what}, one worker of two slots : the engine alone, one by one`,
          1.11,
          taken.one,
          taken.engine,
        ),
        byRatio(`${what}, two workers : one worker`, 1, taken.two, taken.one),
      ];
    });
  });
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
