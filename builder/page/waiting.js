// Waiting for better times.

/**
 * Until the time is over, the network is back or the reader comes or goes.
 *
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const done = new AbortController();
    const over = () => {
      clearTimeout(timer);
      done.abort();
      resolve();
    };
    const timer = setTimeout(over, milliseconds);
    signal.addEventListener("abort", over, { signal: done.signal });
    addEventListener("online", over, { signal: done.signal });
    document.addEventListener("visibilitychange", over, { signal: done.signal });
  });
}

/**
 * Until the reader sees the page; at once where that is now.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export async function untilSeen(signal) {
  while (document.hidden && !signal.aborted) await pause(60_000, signal);
}

/**
 * Calls when the reader has not seen the page for a while.
 *
 * @param {number} milliseconds
 * @param {() => void} away
 * @returns {() => void} Ends it.
 */
export function whenUnseen(milliseconds, away) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const look = () => {
    clearTimeout(timer);
    timer = document.hidden ? setTimeout(away, milliseconds) : undefined;
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
