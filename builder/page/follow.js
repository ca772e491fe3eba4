// Follows a stream of server-sent events for as long as it is wanted, through every loss of the connection.

import { Problem, request } from "./api.js";
import { eventReader } from "./event-stream.js";
import { NoToken } from "./token.js";
import { pause, untilSeen, whenUnseen } from "./waiting.js";

/** The service sends a comment more often than this. */
const SILENCE = 45_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/** A page that nobody sees lets go after this time: a browser has few connections for all its tabs. */
const UNSEEN = 10_000;

/**
 * @typedef {object} Following
 * @property {(event: import("./event-stream.js").ServerEvent) => void} heard
 * @property {(state: "open" | "lost" | "refused", problem?: Error) => void} became `open` also after each loss; `refused` is the
 *   last word: there is no such stream, or no token for it.
 * @property {string} [after] The id of the last event that is known already.
 */

/**
 * Follows from `after` on; what is missed while the connection is lost comes later.
 *
 * @param {string} path
 * @param {Following} following
 * @returns {() => void} Ends it.
 */
export function follow(path, { heard, became, after = "" }) {
  const end = new AbortController();
  let last = after;
  let wait = FIRST_WAIT;

  async function connectAgain() {
    while (!end.signal.aborted) {
      await untilSeen(end.signal);
      try {
        await listen();
      } catch (problem) {
        if (end.signal.aborted) return;
        if (isFinal(problem)) return became("refused", /** @type {Error} */ (problem));
      }
      if (end.signal.aborted) return;
      became("lost");
      await pause(wait * (0.75 + Math.random() / 2), end.signal);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  async function listen() {
    const connection = new AbortController();
    const stop = () => connection.abort();
    end.signal.addEventListener("abort", stop, { once: true });
    const seenAgain = whenUnseen(UNSEEN, stop);
    let watch = setTimeout(stop, SILENCE);
    try {
      const headers = { accept: "text/event-stream", ...(last && { "last-event-id": last }) };
      const response = await request(path, { headers, signal: connection.signal });
      became("open");
      const read = eventReader((event) => {
        wait = FIRST_WAIT;
        last = event.id || last;
        if (!end.signal.aborted) heard(event);
      });
      const text = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const piece = await text?.read();
        if (piece === undefined || piece.done) return;
        clearTimeout(watch);
        watch = setTimeout(stop, SILENCE);
        read(piece.value);
      }
    } finally {
      seenAgain();
      clearTimeout(watch);
      end.signal.removeEventListener("abort", stop);
      connection.abort();
    }
  }

  connectAgain();
  return () => end.abort();
}

/** @param {unknown} problem */
function isFinal(problem) {
  if (problem instanceof NoToken) return true;
  return problem instanceof Problem && problem.status < 500 && problem.status !== 429;
}
