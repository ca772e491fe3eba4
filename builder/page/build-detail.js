// One build: what it is, what became of it, what can be done, and its log.

import { announce } from "./announce.js";
import { act, Problem } from "./api.js";
import { attemptList } from "./attempts.js";
import { BuildLog } from "./build-log.js";
import { took } from "./clock.js";
import { element, icon } from "./element.js";
import { details, outcome } from "./facts.js";
import { referenceParts } from "./reference.js";
import { stateOf, stateWord } from "./words.js";

/** @typedef {import("./api.js").Build} Build */

/** One build's view; `close` ends what it listens to. */
export class BuildDetail {
  #id;
  #builds;
  #log;
  #onTitle;
  #facts = element("div", { class: "facts" });
  #status = element("p", { class: "status" });
  #title = element("h2", { tabindex: "-1" }, "Build");
  #actions = element("div", { class: "actions" });
  #alert = element("div", { role: "alert" });
  #details = element("dl", { class: "details" });
  #outcome = element("div", { class: "outcome" });
  #attempts = element("div", {});
  #shown = "";
  #asked = 0;
  #state = "";

  /**
   * @param {string} id
   * @param {import("./builds.js").Builds} builds
   * @param {(title: string) => void} onTitle Called with what the page's title should say.
   */
  constructor(id, builds, onTitle) {
    this.#id = id;
    this.#builds = builds;
    this.#onTitle = onTitle;
    this.#log = new BuildLog(id, () => this.#refresh());
    const back = element("a", { class: "back", href: "#/" }, icon("back"), "Builds");
    const headline = element(
      "div",
      { class: "headline" },
      element("div", {}, this.#status, this.#title),
      this.#actions,
    );
    this.#facts.append(back, headline, this.#alert, this.#outcome, this.#details, this.#attempts);
    this.parts = [this.#facts, this.#log.element];
    this.show();
    this.#refresh();
  }

  focus() {
    this.#title.focus();
  }

  close() {
    this.#log.close();
  }

  /** Shows the build as it is known now. */
  show() {
    const build = this.#builds.get(this.#id);
    const now = JSON.stringify(build);
    if (build === undefined || now === this.#shown) return;
    this.#shown = now;
    const { word, image } = {
      word: stateWord(build),
      image: `${build.image_name}:${build.image_tag}`,
    };
    this.#onTitle(`${word} · ${image}`);
    this.#status.dataset.state = build.state;
    this.#status.replaceChildren(
      element("span", { class: "state" }, icon(stateOf(build.state).icon)),
      element("span", { class: "word" }, word),
      took(build),
    );
    if (!this.#title.querySelector(".name")) {
      this.#title.className = "reference-title";
      this.#title.replaceChildren(...referenceParts(build));
    }
    this.#details.replaceChildren(...details(build));
    this.#outcome.replaceChildren(...outcome(build));
    this.#attempts.replaceChildren(...attemptList(build.attempts ?? []));
    this.#showActions(build);
    this.#become(build, word, image);
  }

  /**
   * @param {Build} build
   * @param {string} word
   * @param {string} image
   */
  #become({ state }, word, image) {
    if (this.#state !== "" && this.#state !== state) {
      announce(`${image}: ${word}`);
      this.#refresh();
    }
    this.#state = state;
    if (!stateOf(state).isFinal) this.#log.follow();
  }

  /** Reads the build; once more where it was told to while it read. */
  async #refresh() {
    this.#asked += 1;
    if (this.#asked > 1) return;
    try {
      for (let answered = 0; answered < this.#asked; ) {
        answered = this.#asked;
        await this.#builds.refresh(this.#id);
      }
    } catch (problem) {
      this.#tell(/** @type {Error} */ (problem));
    } finally {
      this.#asked = 0;
    }
  }

  /** @param {Build} build */
  #showActions(build) {
    const { isFinal } = stateOf(build.state);
    const isRetriable = build.state === "failed" || build.state === "cancelled";
    const wanted = isRetriable ? "retry" : !isFinal && !build.is_cancelling ? "cancel" : "";
    if (this.#actions.dataset.action === wanted) return;
    const hadFocus = this.#actions.contains(document.activeElement);
    this.#actions.dataset.action = wanted;
    const isPush = build.step === "push" && build.state === "failed";
    const words = isPush ? "Retry the push" : "Retry";
    const button =
      wanted === "retry"
        ? element("button", { type: "button", class: "primary" }, icon("retry"), words)
        : wanted === "cancel"
          ? element("button", { type: "button" }, icon("cancelled"), "Cancel")
          : undefined;
    button?.addEventListener("click", () =>
      this.#act(button, wanted === "retry" ? "retry" : "cancel"),
    );
    this.#actions.replaceChildren(...(button ? [button] : []));
    // A button that is gone must not take the keyboard's place in the page with it.
    if (hadFocus) (button ?? this.#title).focus();
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {"cancel" | "retry"} action
   */
  async #act(button, action) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    this.#alert.replaceChildren();
    try {
      await this.#builds.take(act(this.#id, action));
    } catch (problem) {
      this.#tell(/** @type {Error} */ (problem));
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  /** @param {Error} problem */
  #tell(problem) {
    this.#alert.replaceChildren(element("p", { class: "alert" }, problem.message));
    if (!(problem instanceof Problem) || problem.status !== 404) return;
    this.close();
    this.#log.element.hidden = true;
    this.#title.textContent = "No such build";
    this.#onTitle("No such build");
  }
}
