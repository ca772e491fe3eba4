import { once } from "node:events";
import type { BuildLimits } from "../settings.ts";
import { MachineryLost, StepFailed } from "../work/steps.ts";
import type { Builder, End } from "./builder-container.ts";
import type { ClientEnd } from "./client.ts";
import { exceeded, type LimitWatch } from "./limits.ts";
import { hasReachedMemory } from "./usage.ts";

// What a build that did not end well is told as.

/** Characters of a reason that a client is told. */
const LENGTH = 1_000;

/**
 * How BuildKit's client begins where the connection was lost, and nothing is known of the build. Word for word from the beginning:
 * further on may stand what a Dockerfile says.
 */
const LOST =
  /^error: (?:(?:failed to (?:solve|build|receive status|read dockerfile|load cache key|compute cache key)|DeadlineExceeded|Internal|Unknown): ){0,8}(?:(?:rpc error: code = )?(?:Unavailable|Canceled)(?: desc = |: )|no active session for |error reading from server: |listing workers )/;

/** Milliseconds after which a container that has lost its BuildKit has ended too. */
const GRACE = 1_000;

/** The error of a build by what BuildKit's client said in the end. */
export function failureOf(
  end: ClientEnd,
  baseImages: readonly string[],
): StepFailed | MachineryLost {
  const { code, words } = end;
  if (code === undefined) return new MachineryLost("builder: BuildKit's client was killed");
  const start = words.findLastIndex((line) => line.startsWith("error: "));
  const said = start < 0 ? words.slice(-1) : words.slice(start);
  const message = said.join(" ").replace(/\s+/g, " ").trim();
  // Who points at a line of the Dockerfile has read it.
  const isLost = LOST.test(message) && excerptOf(end).length === 0;
  if (start < 0 || isLost) {
    return new MachineryLost(`builder: ${message.slice(0, LENGTH) || "BuildKit's client failed"}`);
  }
  return new StepFailed(explained(message, baseImages).slice(0, LENGTH));
}

/** The lines of the Dockerfile that BuildKit's client points at. */
export function excerptOf({ words }: ClientEnd): readonly string[] {
  return words.filter((line) => /^(\S+:\d+|-{5,}|\s+\d+ \|.*)$/.test(line));
}

/** The error of a build whose builder's container has ended under it. */
export function endedBuilder(why: End, limits: BuildLimits): Error {
  return why === "memory"
    ? exceeded.memory(limits)
    : new MachineryLost("builder: its container ended during the build");
}

/**
 * Looks for what is behind a failure.
 * @returns the error, and whether nothing of the build can run any more and its builder is as good as new.
 */
export async function explain(
  error: StepFailed | MachineryLost,
  builder: Builder | undefined,
  watch: LimitWatch,
  limits: BuildLimits,
): Promise<{ error: Error; isOver: boolean }> {
  if (error instanceof MachineryLost) {
    // A container that has lost its BuildKit is about to end, and knows why.
    if (builder && (await endsWithin(builder.ended, GRACE))) {
      return { error: endedBuilder(builder.ended.reason, limits), isOver: false };
    }
    return { error, isOver: false };
  }
  const isMemory = builder !== undefined && (await hasReachedMemory(builder.container));
  if (builder?.ended.aborted) {
    return { error: endedBuilder(builder.ended.reason, limits), isOver: false };
  }
  if (isMemory && /exit code: 137|cannot allocate memory/.test(error.message)) {
    return { error: exceeded.memory(limits), isOver: false };
  }
  const hint = isMemory
    ? exceeded.memory(limits)
    : watch.lackedProcesses
      ? exceeded.pids(limits)
      : undefined;
  if (hint === undefined) return { error, isOver: true };
  return {
    error: new StepFailed(`${error.message}; perhaps because of ${hint.message}`),
    isOver: !isMemory,
  };
}

function explained(message: string, baseImages: readonly string[]): string {
  const reason = message.replace(/^error: /, "").replace(/^failed to (build|solve): /, "");
  const [, denied] = /source "docker-image:\/\/([^"]+)" denied by policy/.exec(reason) ?? [];
  if (denied === undefined) return reason;
  const name = denied.replace(/^docker\.io\/(library\/)?/, "");
  return `FROM ${name}: is not among the base images that this builder allows (${baseImages.join(", ")})`;
}

async function endsWithin(ended: AbortSignal, milliseconds: number): Promise<boolean> {
  if (ended.aborted) return true;
  const patience = AbortSignal.timeout(milliseconds);
  return once(ended, "abort", { signal: patience }).then(
    () => true,
    () => false,
  );
}
