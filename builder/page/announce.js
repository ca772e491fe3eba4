// What screen readers are told beside what has the focus: few and short sentences.

import { byId } from "./element.js";

/** @param {string} sentence */
export function announce(sentence) {
  byId("announcer").textContent = sentence;
}
