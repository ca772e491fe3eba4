import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify from "fastify";
import { buildApp } from "../builder/http/app.ts";
import { listen } from "../builder/http/server.ts";
import { openQueue } from "../builder/queue/queue.ts";
import { readSettings } from "../builder/settings.ts";
import { openBuildStore } from "../builder/store/open-build-store.ts";
import { openDatabase } from "../builder/store/open-database.ts";

/** The builder's API in this process. */
export interface BuilderApp {
  /** Where it answers, e.g. `http://127.0.0.1:49153`. */
  readonly url: string;
  /** The id of a build that can be retried. */
  readonly build: string;
  /** What it has logged of its own faults so far. */
  logs(): string;
}

/**
 * Serves the builder's API on a free port, over a database of its own in a temporary folder, while `work` goes on. It takes
 * orders without end, and nobody builds them.
 */
export async function withBuilderApp<T>(work: (app: BuilderApp) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-dast-builder-"));
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const { settings } = readSettings(
      {
        LOG_LEVEL: "error",
        BUILDER_FOLDER: folder,
        BUILDER_PER_MINUTE: "1000000",
        BUILDER_WAITING: "1000000",
        BUILDER_CALLBACK_SECRET: "not-a-secret-of-anybody-".repeat(2),
      },
      [],
    );
    const lines: string[] = [];
    const logTo = { write: (line: string) => void lines.push(line) };
    const journal = Fastify({ logger: { level: "error", stream: logTo } }).log;
    const database = await openDatabase(settings);
    closing.push(() => database.close());
    const queue = await openQueue(database, journal);
    closing.push(() => queue.close());
    const store = await openBuildStore({ settings, database, queue, journal });
    closing.push(() => store.close());
    const app = await buildApp({ settings, store, logTo });
    closing.push(() => app.close());
    const url = await listen(app, { ...settings, port: 0 });
    return await work({ url, build: await cancelledBuild(app), logs: () => lines.join("") });
  } finally {
    for (const close of closing.toReversed()) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function cancelledBuild(app: Awaited<ReturnType<typeof buildApp>>): Promise<string> {
  const payload = { image_name: "web", image_tag: "1", dockerfile: "FROM scratch\n" };
  const { id } = (await app.inject({ method: "POST", url: "/v1/builds", payload })).json();
  await app.inject({ method: "POST", url: `/v1/builds/${id}/cancel` });
  return id;
}
