import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../../setup/user-error.ts";
import type { Ended } from "../pulumi.ts";
import { readState, type Stack } from "../state/stack.ts";
import type { StackState } from "../state/stack-state.ts";
import { tell, warn } from "../tell.ts";
import { linksOn } from "./delivery-link.ts";

/**
 * Does `attempt`, and again from the stack's new state for as long as another delivery has the stack locked.
 * @param before the state for the first attempt.
 * @returns how the last attempt ended; with `locked` where it never was this one's turn, which is said.
 * @throws UserError when `SLIPWAY_LOCK_WAIT`, the seconds to wait, is no number. Default: 600; 0 waits not at all.
 */
export async function inTurn(
  stack: Stack,
  before: StackState,
  attempt: (before: StackState) => Promise<Ended>,
): Promise<Ended> {
  const limit = secondsToWait(stack.pulumi.env.SLIPWAY_LOCK_WAIT);
  let deadline: number | undefined;
  for (let state = before, tries = 0; ; state = await readState(stack)) {
    const ended = await attempt(state);
    if (ended.locked === undefined) return ended;
    if (ended.interrupted) {
      process.stderr.write(ended.locked);
      return ended;
    }
    if (ended.overtaken) continue;
    if (deadline === undefined && limit > 0) {
      tell(
        `stack ${stack.name}: locked by ${await holder(stack)}; waiting up to ${limit} s for it`,
      );
    }
    deadline ??= Date.now() + limit * 1_000;
    const left = deadline - Date.now();
    if (left <= 0) {
      await tellLocked(stack, ended.locked, limit);
      return ended;
    }
    const signal = await wait(Math.min(left, interval(tries++)));
    if (signal !== undefined) {
      tell(`stack ${stack.name}: gave up waiting; nothing was changed`);
      return { ...ended, interrupted: true, code: 128 + constants.signals[signal] };
    }
  }
}

function secondsToWait(text: string | undefined): number {
  if (text && !/^\d{1,6}$/.test(text)) {
    throw new UserError(
      "SLIPWAY_LOCK_WAIT: is no number of seconds; give a whole one, or 0 for no wait",
    );
  }
  return text ? Number(text) : 600;
}

/** From a second up to a quarter of a minute; never the same for two who found each other's locks. */
function interval(tries: number): number {
  return Math.min(1_000 * 1.5 ** tries, 15_000) * (0.75 + Math.random() / 2);
}

async function holder(stack: Stack): Promise<string> {
  const links = await linksOn(stack);
  return links.length === 0 ? "another update" : links.join(" or ");
}

async function tellLocked(stack: Stack, words: string, limit: number): Promise<void> {
  const { name } = stack;
  const waited = limit === 0 ? "" : ` and was so for ${limit} s (SLIPWAY_LOCK_WAIT)`;
  process.stderr.write(words.endsWith("\n") || words === "" ? words : `${words}\n`);
  warn(
    `stack ${name}: is locked by ${await holder(stack)}${waited}; nothing was changed. Deliver again when that has ended; only if it is dead, pulumi cancel --stack ${name} takes the lock away`,
  );
}

/** Waits some milliseconds; a signal ends that at once, and is returned. */
async function wait(milliseconds: number): Promise<NodeJS.Signals | undefined> {
  const controller = new AbortController();
  let heard: NodeJS.Signals | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    heard = signal;
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, hear);
  try {
    await pause(milliseconds, undefined, { signal: controller.signal });
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    for (const signal of signals) process.off(signal, hear);
  }
  return heard;
}
