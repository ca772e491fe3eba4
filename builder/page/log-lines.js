// The lines of a log as elements: made a few milliseconds a frame, laid out only where they are seen, dropped when there are too many.

import { ansiPieces, styleOf } from "./ansi.js";
import { element } from "./element.js";

/** @typedef {import("./build-log.js").LogLine} LogLine */

/** Lines of one chunk, which the browser lays out or skips as a whole. */
const CHUNK = 200;

/** The oldest chunks are dropped beyond as many; the service keeps them. */
const CHUNKS = 200;

/** Of a longer line the beginning is shown. */
const LONGEST = 8_000;

/** What a frame may take, in milliseconds. */
const FRAME = 8;

/** As page/log.css says, in CSS pixels. */
const LINE_HEIGHT = 20;

/** Lines that wait for their frame, and those that are shown. */
export class LogLines {
  element = element("div", {});
  /** Called when lines have been shown. */
  onShown = () => {};
  #note = element("p", { class: "log-empty" });
  /** @type {LogLine[]} */
  #waiting = [];
  #at = 0;
  #frame = 0;
  #attempt = 0;
  #isShortened = false;
  /** @type {HTMLElement[]} */
  #chunks = [];

  constructor() {
    this.element.append(this.#note);
  }

  /** @param {LogLine} line */
  add(line) {
    this.#waiting.push(line);
    this.#frame ||= requestAnimationFrame(() => this.#show());
  }

  /**
   * What is said where no line is.
   *
   * @param {string} text
   */
  tellEmpty(text) {
    if (this.#chunks.length > 0) return;
    this.#note.textContent = text;
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.#waiting = [];
  }

  #show() {
    const until = performance.now() + FRAME;
    const first = Math.max(0, this.#chunks.length - 1);
    // What would be dropped at once is not made.
    const tooMany = this.#waiting.length - CHUNK * CHUNKS;
    if (tooMany > this.#at) {
      this.#at = tooMany;
      this.#isShortened = true;
    }
    while (this.#at < this.#waiting.length && performance.now() < until) {
      this.#append(/** @type {LogLine} */ (this.#waiting[this.#at]));
      this.#at += 1;
    }
    for (const chunk of this.#chunks.slice(first)) {
      chunk.style.containIntrinsicBlockSize = `auto ${chunk.childElementCount * LINE_HEIGHT}px`;
    }
    this.#drop();
    const isDone = this.#at >= this.#waiting.length;
    if (isDone) {
      this.#waiting = [];
      this.#at = 0;
    }
    this.#frame = isDone ? 0 : requestAnimationFrame(() => this.#show());
    this.onShown();
  }

  /** @param {LogLine} line */
  #append(line) {
    let chunk = this.#chunks.at(-1);
    if (!chunk || chunk.childElementCount >= CHUNK) {
      chunk = element("div", { class: "chunk" });
      this.#chunks.push(chunk);
      this.element.append(chunk);
    }
    if (line.attempt !== this.#attempt) {
      this.#attempt = line.attempt;
      chunk.append(element("div", { class: "divider" }, `Attempt ${line.attempt}`));
    }
    chunk.append(lineElement(line));
  }

  #drop() {
    for (const chunk of this.#chunks.splice(0, Math.max(0, this.#chunks.length - CHUNKS))) {
      chunk.remove();
      this.#isShortened = true;
    }
    this.#note.textContent = !this.#isShortened
      ? ""
      : "Earlier lines are left out here; the download has them all.";
  }
}

/** @param {LogLine} line */
function lineElement({ seq, stream, text }) {
  const shown =
    text.length > LONGEST
      ? `${text.slice(0, LONGEST)} … ${(text.length - LONGEST).toLocaleString("en")} more characters`
      : text;
  const kind = stream === "out" ? "line" : `line ${stream}`;
  const made = element("div", { class: kind, "data-n": seq });
  for (const { text: piece, look } of ansiPieces(shown)) {
    const style = styleOf(look);
    if (Object.keys(style).length === 0) made.append(piece);
    else {
      const span = element("span", {}, piece);
      Object.assign(span.style, style);
      made.append(span);
    }
  }
  return made;
}
