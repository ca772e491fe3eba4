// How times, amounts and states are said.

/** @typedef {import("./api.js").Build} Build */

/** @type {Record<string, { word: string, icon: string, isFinal: boolean }>} */
const STATES = {
  queued: { word: "Queued", icon: "queued", isFinal: false },
  building: { word: "Building", icon: "running", isFinal: false },
  pushing: { word: "Pushing", icon: "pushing", isFinal: false },
  succeeded: { word: "Succeeded", icon: "succeeded", isFinal: true },
  failed: { word: "Failed", icon: "failed", isFinal: true },
  cancelled: { word: "Cancelled", icon: "cancelled", isFinal: true },
  lost: { word: "Lost", icon: "failed", isFinal: true },
};

/**
 * What a state is called and how it is drawn.
 *
 * @param {string} state
 */
export function stateOf(state) {
  return STATES[state] ?? { word: state, icon: "queued", isFinal: false };
}

/**
 * What a build is doing, in a word or two.
 *
 * @param {Build} build
 */
export function stateWord(build) {
  const { word, isFinal } = stateOf(build.state);
  if (build.is_cancelling && !isFinal) return "Cancelling";
  if (build.state === "queued" && build.step === "push") return "Push queued";
  return build.state === "failed" && build.step === "push" ? "Push failed" : word;
}

/**
 * A span of time: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`.
 *
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min${rest(whole % 60, "s")}`;
  return `${Math.floor(minutes / 60)} h${rest(minutes % 60, "min")}`;
}

/**
 * How long ago, in one unit: `just now`, `40 s ago`, `3 h ago`, `12 d ago`.
 *
 * @param {number} milliseconds
 */
export function ago(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/**
 * `812 B`, `14 KiB`, `3.4 MiB`.
 *
 * @param {number} bytes
 */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const kibi = bytes / 1024;
  if (kibi < 1024) return `${kibi.toFixed(kibi < 10 ? 1 : 0)} KiB`;
  return `${(kibi / 1024).toFixed(1)} MiB`;
}

/**
 * How long it ran, or has been running; undefined before it began.
 *
 * @param {{ started_at?: string | null, finished_at?: string | null }} what
 * @param {number} [now] In milliseconds.
 * @returns {number | undefined} In milliseconds.
 */
export function ran({ started_at, finished_at }, now = Date.now()) {
  if (!started_at) return undefined;
  return (finished_at ? Date.parse(finished_at) : now) - Date.parse(started_at);
}

/**
 * @param {number} count
 * @param {string} unit
 */
function rest(count, unit) {
  return count === 0 ? "" : ` ${count} ${unit}`;
}
