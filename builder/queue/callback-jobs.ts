import { randomUUID } from "node:crypto";
import type { Build } from "../build.ts";
import { presentBuild } from "../http/present.ts";
import type { Queries } from "../store/database.ts";
import { CALLBACKS, type Queue } from "./queue.ts";

/** What one callback says: the build as it was when it ended. */
export interface CallbackJob {
  readonly url: string;
  readonly build: string;
  readonly attempt: number;
  /** JSON: `{"build": …}`, as `GET /v1/builds/{id}` shows it, without attempts. */
  readonly body: string;
}

/** Queues the callback that a client has ordered, if it has, with the transaction that ends the build. */
export async function addCallback(queries: Queries, queue: Queue, build: Build): Promise<void> {
  const { id, attempt, order } = build;
  if (order.callback === undefined) return;
  const body = JSON.stringify({ build: presentBuild(build) });
  const job: CallbackJob = { url: order.callback, build: id, attempt, body };
  await queue.add(queries, CALLBACKS, [{ id: randomUUID(), data: job, group: build.client }]);
}
