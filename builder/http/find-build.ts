import type { Build, State } from "../build.ts";
import type { BuildStore } from "../store/build-store.ts";
import { type Caller, mayHandle } from "./auth.ts";
import { Problem } from "./problem.ts";

/** @throws Problem 404 where there is no such build; another client's is as good as none. */
export async function findBuild(store: BuildStore, caller: Caller, id: string): Promise<Build> {
  const found = await store.find(id.toLowerCase());
  if (found && mayHandle(caller, found.client)) return found;
  throw noBuild();
}

/** That there is no such build. */
export function noBuild(): Problem {
  return new Problem(404, "build: there is none with this id; see the list of builds");
}

/** That a build is in no state to be retried. */
export function notRetriable(state: State): Problem {
  return new Problem(
    409,
    `build: is ${state}, and only one that failed or was cancelled is retried; order it anew instead`,
  );
}
