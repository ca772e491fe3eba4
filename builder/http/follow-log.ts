import { type Build, FINAL_STATES, type LogLine } from "../build.ts";
import type { BuildStore } from "../store/build-store.ts";
import { Changes } from "./changes.ts";
import type { StreamEvent } from "./event-stream.ts";
import { presentBuild } from "./present.ts";

/** Lines that are asked of the store at once. */
const PAGE = 500;

/**
 * Follows a build: its lines after `after` as `line` events with their `seq` as id, its `state` whenever that changes, and
 * `end` once it is final and all is said.
 */
export async function* followLog(
  store: BuildStore,
  id: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const changes = new Changes(store, (change) => change.build === id);
  try {
    let last = after;
    let told = "";
    for (;;) {
      // Asked for before the lines: those that a final build has written are there by now.
      const build = await store.find(id);
      for await (const line of lines(store, id, last, signal)) {
        last = line.seq;
        yield { event: "line", id: String(line.seq), data: presentLine(line) };
      }
      if (build && stateOf(build) !== told) {
        told = stateOf(build);
        yield { event: "state", data: presentBuild(build) };
      }
      if (!build || FINAL_STATES.includes(build.state)) break;
      await changes.next(signal);
    }
    yield { event: "end", data: {} };
  } finally {
    changes.stop();
  }
}

/** A build's lines that are there by now, in their order. */
export async function* lines(
  store: BuildStore,
  id: string,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<LogLine> {
  let last = after;
  for (;;) {
    signal?.throwIfAborted();
    const page = await store.log(id, last, PAGE);
    yield* page;
    last = page.at(-1)?.seq ?? last;
    if (page.length < PAGE) return;
  }
}

function presentLine({ seq, attempt, at, stream, text }: LogLine) {
  return { seq, attempt, at: at.toISOString(), stream, text };
}

function stateOf({ state, step, attempt, isCancelling }: Build): string {
  return [state, step, attempt, isCancelling].join(" ");
}
