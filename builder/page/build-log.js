// One build's log as it is written: whatever a build prints, the page stays quick and the text stays text.

import { buildPath, request } from "./api.js";
import { element, icon, setText } from "./element.js";
import { follow } from "./follow.js";
import { followEnd } from "./follow-end.js";
import { LogLines } from "./log-lines.js";

/** @typedef {{ seq: number, attempt: number, at: string, stream: "step" | "out" | "err", text: string }} LogLine */

/** A log that is shown, and follows the build until `close`. */
export class BuildLog {
  #id;
  #lines = new LogLines();
  #scroller = element(
    "div",
    { class: "lines", role: "log", "aria-live": "off", "aria-label": "Log", tabindex: "0" },
    this.#lines.element,
  );
  #count = element("p", {});
  #end = followEnd(this.#scroller, this.#lines.element);
  #last = "";
  #received = 0;
  #isEnded = false;
  #connection = "";
  /** @type {(() => void) | undefined} */
  #stop;
  #onState;

  /**
   * @param {string} id
   * @param {() => void} onState Called when the build may have changed.
   */
  constructor(id, onState) {
    this.#id = id;
    this.#onState = onState;
    this.element = element(
      "section",
      { class: "log", "aria-labelledby": "log-title" },
      this.#bar(),
      this.#scroller,
      this.#end.button,
    );
    this.#lines.onShown = () => this.#tellCount();
    this.follow();
  }

  /** Listens to the build, again too after a retry; does nothing while it listens already. */
  follow() {
    if (this.#stop) return;
    this.#isEnded = false;
    this.#stop = follow(`${buildPath(this.#id)}/log/events`, {
      after: this.#last,
      heard: (event) => this.#hear(event),
      became: (state, problem) => {
        this.#connection = state === "lost" ? "reconnecting" : (problem?.message ?? "");
        this.#tellCount();
      },
    });
  }

  close() {
    this.#stop?.();
    this.#stop = undefined;
    this.#lines.close();
    this.#end.close();
  }

  /** @param {import("./event-stream.js").ServerEvent} event */
  #hear({ event, data, id }) {
    this.#last = id || this.#last;
    if (event === "line") {
      this.#received += 1;
      // It tells the count itself, once a frame.
      return this.#lines.add(JSON.parse(data));
    }
    if (event === "state") this.#onState();
    else if (event === "end") {
      this.#stop?.();
      this.#stop = undefined;
      this.#isEnded = true;
      this.#onState();
    }
    this.#tellCount();
  }

  #tellCount() {
    const lines = `${this.#received.toLocaleString("en")} ${this.#received === 1 ? "line" : "lines"}`;
    const more = this.#connection || (this.#isEnded ? "" : "live");
    setText(this.#count, [lines, more].filter(Boolean).join(" · "));
    this.#lines.tellEmpty(this.#isEnded ? "Nothing was written." : "Nothing has been written yet.");
  }

  #bar() {
    const wrap = element("button", { type: "button", "aria-pressed": "true" }, "Wrap");
    wrap.addEventListener("click", () => {
      const isStraight = this.#scroller.classList.toggle("straight");
      wrap.setAttribute("aria-pressed", String(!isStraight));
    });
    const save = element(
      "button",
      { type: "button" },
      icon("down"),
      element("span", { class: "word" }, "Download"),
    );
    save.addEventListener("click", () => this.#save(save));
    return element(
      "div",
      { class: "log-bar" },
      element("h3", { id: "log-title" }, "Log"),
      this.#count,
      wrap,
      save,
    );
  }

  /** @param {HTMLButtonElement} button */
  async #save(button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      const headers = { accept: "text/plain" };
      const text = await (await request(`${buildPath(this.#id)}/log`, { headers })).blob();
      const href = URL.createObjectURL(text);
      element("a", { href, download: `${this.#id}.log` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    } catch (problem) {
      this.#connection = /** @type {Error} */ (problem).message;
      this.#tellCount();
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }
}
