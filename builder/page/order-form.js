// The form for a new build.

import { Problem } from "./api.js";
import { byId, element, setText } from "./element.js";
import { inputOf, mark, markAll, unmark } from "./form-errors.js";
import { readArgs } from "./read-args.js";
import { Source } from "./source.js";
import { NoToken } from "./token.js";
import { newKey, upload } from "./upload.js";

/**
 * @param {import("./builds.js").Builds} builds Take in what was ordered.
 * @param {(build: import("./api.js").Build) => void} onOrdered
 * @returns {Source} Takes the files that are dropped on the page.
 */
export function orderForm(builds, onOrdered) {
  const form = /** @type {HTMLFormElement} */ (byId("order-form"));
  const send = byId("send");
  const source = new Source((problem) => mark("dockerfile", problem));
  let key = newKey();

  form.addEventListener("input", ({ target }) => {
    key = newKey();
    if (target instanceof Element) unmark(target);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (send.getAttribute("aria-disabled") !== "true") order();
  });

  async function order() {
    const { values, errors } = readForm(source);
    byId("order-alert").replaceChildren();
    markAll(errors);
    if (errors.length > 0) return;
    busy(true);
    try {
      const build = await builds.take(upload(values, key, showSent));
      key = newKey();
      onOrdered(build);
    } catch (problem) {
      showProblem(/** @type {Error} */ (problem));
    } finally {
      busy(false);
    }
  }

  return source;
}

/**
 * What is sent, and what the page itself can see is wrong; everything else the service sees.
 *
 * @param {Source} source
 */
function readForm(source) {
  const values = new FormData();
  const errors = source.isEmpty
    ? [{ field: "dockerfile", detail: "Write, choose or drop one." }]
    : [];
  for (const field of ["image_name", "image_tag"]) {
    const text = textOf(field);
    const what = field === "image_name" ? "a name" : "a tag";
    if (text === "") errors.push({ field, detail: `The image needs ${what}.` });
    values.set(field, text);
  }
  for (const field of ["target", "platform"]) {
    if (textOf(field) !== "") values.set(field, textOf(field));
  }
  const { args, problem } = readArgs(inputOf("args").value);
  if (problem) errors.push({ field: "args", detail: problem });
  else if (Object.keys(args).length > 0) values.set("args", JSON.stringify(args));
  source.addTo(values);
  return { values, errors };
}

/** @param {Error} problem */
function showProblem(problem) {
  if (problem instanceof NoToken) return tell("Nothing was sent: building needs a token.");
  if (problem instanceof Problem) {
    // What is wrong with an upload as a whole is told without a field.
    const isSource = problem.status === 422 && problem.errors.length === 0;
    const errors = isSource ? [{ field: "dockerfile", detail: problem.message }] : problem.errors;
    if (markAll(errors)) return;
  }
  tell(problem.message);
}

/** @param {string} text */
function tell(text) {
  byId("order-alert").replaceChildren(element("p", { class: "alert" }, text));
}

/** @param {boolean} isBusy */
function busy(isBusy) {
  byId("send").setAttribute("aria-disabled", String(isBusy));
  byId("sending").hidden = !isBusy;
  showSent(0);
}

/** @param {number} part */
function showSent(part) {
  /** @type {HTMLProgressElement} */ (byId("sent")).value = part;
  setText(byId("sent-words"), part < 1 ? `Sending, ${Math.floor(part * 100)} %` : "Being checked…");
}

/** @param {string} field */
function textOf(field) {
  return inputOf(field).value.trim();
}
