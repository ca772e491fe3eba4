import { setTimeout as pause } from "node:timers/promises";
import type { BuildStore } from "../store/build-store.ts";
import { type Caller, mayHandle } from "./auth.ts";
import { Changes } from "./changes.ts";
import type { StreamEvent } from "./event-stream.ts";
import { presentBuild } from "./present.ts";

/** Changes of one build within this many milliseconds are told as one. */
const GATHERED = 100;

/** Tells of every build of the caller's, new or changed, as it is by then: `build` events. */
export async function* followBuilds(
  store: BuildStore,
  caller: Caller,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const changes = new Changes(
    store,
    ({ what, client }) => what === "state" && mayHandle(caller, client),
  );
  try {
    for (;;) {
      for (const id of await changes.next(signal)) {
        signal.throwIfAborted();
        const build = await store.find(id);
        if (build) yield { event: "build", data: presentBuild(build) };
      }
      await pause(GATHERED, undefined, { signal });
    }
  } finally {
    changes.stop();
  }
}
