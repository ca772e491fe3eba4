// What was tried for a build, where it took more than one attempt.

import { took } from "./clock.js";
import { element, icon } from "./element.js";
import { stateOf } from "./words.js";

/** @typedef {import("./api.js").Attempt} Attempt */

/**
 * @param {Attempt[]} attempts Oldest first.
 * @returns {HTMLElement[]} Nothing for a single one: the build itself says it all.
 */
export function attemptList(attempts) {
  if (attempts.length < 2) return [];
  return [
    element("h3", { class: "unseen" }, "Attempts"),
    element(
      "ol",
      { class: "attempts" },
      ...attempts.map((attempt) => row(attempt, attempt === attempts.at(-1))),
    ),
  ];
}

/**
 * @param {Attempt} attempt
 * @param {boolean} isLast Why the last one failed is said of the build itself.
 */
function row(attempt, isLast) {
  const { word, icon: drawn } = stateOf(attempt.state);
  const step = attempt.first_step === "push" ? "push only" : "";
  return element(
    "li",
    { "data-state": attempt.state },
    element("span", { class: "number" }, `Attempt ${attempt.number}`),
    element("span", { class: "word" }, icon(drawn), word),
    element("span", { class: "rest" }, took(attempt), step, element("code", {}, attempt.worker)),
    !isLast && attempt.error && element("span", { class: "why" }, attempt.error),
  );
}
