import { setTimeout as pause } from "node:timers/promises";
import type { ProofConfig } from "./config/schema.ts";
import { type Answer, ask } from "./outside.ts";

/** How many answers in a row have to carry the commit, each on a connection of its own: one could come from an old worker. */
const answersInARow = 3;
const firstPause = 25;
const pauseGrowth = 1.25;
const longestPause = 2_000;
const longestRequest = 5_000;
/** What a request gets even where the deadline is nearer: its answer may be the last one in a row. */
const shortestRequest = 250;

/** What was asked for and what came of it. */
export interface Verdict {
  readonly proven: boolean;
  /** The commit that was served last; undefined where the proof reads none or none was served. */
  readonly served?: string;
  /** What the last answer was, in words. */
  readonly seen: string;
}

/**
 * Asks a URL until it serves the commit several times in a row, or until the proof's deadline has passed.
 * Never throws for what the URL answers; pauses grow from 25 ms to 2 s.
 * @param told is called with each new finding, for progress.
 * @param identityToken what a private service wants to see, as `Authorization: Bearer …`.
 */
export async function prove(
  url: string,
  proof: ProofConfig,
  commit: string,
  told: (seen: string) => void,
  identityToken?: string,
): Promise<Verdict> {
  const deadline = performance.now() + proof.seconds * 1_000;
  let inARow = 0;
  let wait = firstPause;
  for (;;) {
    const verdict = await askOnce(
      new URL(proof.path, url),
      proof,
      commit,
      Math.min(longestRequest, Math.max(Math.ceil(deadline - performance.now()), shortestRequest)),
      identityToken,
    );
    inARow = verdict.proven ? inARow + 1 : 0;
    if (inARow === answersInARow) return verdict;
    if (verdict.proven) continue;
    told(verdict.seen);
    if (performance.now() + wait > deadline) return verdict;
    await pause(wait);
    wait = Math.min(wait * pauseGrowth, longestPause);
  }
}

async function askOnce(
  url: URL,
  proof: ProofConfig,
  commit: string,
  milliseconds: number,
  identityToken: string | undefined,
): Promise<Verdict> {
  let answer: Answer;
  try {
    const headers = {
      accept: "application/json",
      "cache-control": "no-cache",
      ...(identityToken && { authorization: `Bearer ${identityToken}` }),
    };
    answer = await ask(url, { headers, milliseconds });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const reason = code === "ABORT_ERR" ? "none in time" : (code ?? message);
    return { proven: false, seen: `no answer (${reason})` };
  }
  if (answer.status !== 200) {
    return { proven: false, seen: `status ${answer.status}` };
  }
  if (proof.kind === "health") return { proven: true, seen: "status 200" };
  const served = servedCommit(answer, proof);
  const seen =
    served === undefined ? `an answer without a commit in ${place(proof)}` : `commit ${served}`;
  return { proven: served === commit, seen, ...(served !== undefined && { served }) };
}

type CommitProof = Extract<ProofConfig, { kind: "commit" }>;

function servedCommit(
  { headers, body }: Answer,
  { header, field }: CommitProof,
): string | undefined {
  if (header !== undefined) return headers[header.toLowerCase()]?.toString();
  try {
    const value = (JSON.parse(body.toString("utf8")) as Record<string, unknown>)[field ?? ""];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function place({ header, field }: CommitProof): string {
  return header === undefined ? `field "${field}"` : `header "${header}"`;
}
