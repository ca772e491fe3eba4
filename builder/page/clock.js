// Times that move on: ages and durations, all on one beat.

import { element, setText } from "./element.js";
import { ago, duration, ran } from "./words.js";

/** @type {WeakMap<Element, () => string>} */
const texts = new WeakMap();

/**
 * How long ago a time is; the time itself is its title.
 *
 * @param {string} time
 */
export function age(time) {
  const made = element("time", {
    datetime: time,
    title: new Date(time).toLocaleString(),
    "data-ticks": true,
  });
  return ticking(made, () => ago(Date.now() - Date.parse(time)));
}

/**
 * How long something has run; stands still once it is finished.
 *
 * @param {{ started_at?: string | null, finished_at?: string | null }} what
 */
export function took(what) {
  const isMoving = what.started_at && !what.finished_at;
  const made = element("span", { class: "took", "data-ticks": isMoving });
  return ticking(made, () => {
    const time = ran(what);
    return time === undefined ? "" : duration(time);
  });
}

/** Moves all of them once a second, while anybody looks. */
export function startClock() {
  setInterval(() => {
    if (document.hidden) return;
    for (const shown of document.querySelectorAll("[data-ticks]")) {
      const text = texts.get(shown);
      if (text) setText(shown, text());
    }
  }, 1000);
}

/**
 * @template {Element} Made
 * @param {Made} made
 * @param {() => string} text
 */
function ticking(made, text) {
  texts.set(made, text);
  made.textContent = text();
  return made;
}
