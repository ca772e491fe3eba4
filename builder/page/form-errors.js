// What is wrong with the form for a new build, beside the fields it is wrong with.

import { byId, setText } from "./element.js";

/** The service's names for the form's fields. */
const INPUTS = new Map([
  ["dockerfile", "dockerfile"],
  ["context", "dockerfile"],
  ["dockerfile_path", "dockerfile-path"],
  ["image_name", "image-name"],
  ["image_tag", "image-tag"],
  ["target", "target"],
  ["platform", "platform"],
  ["args", "args"],
]);

/**
 * Shows each error beside its field and goes to the first.
 *
 * @param {{ field: string, detail: string }[]} errors
 * @returns {boolean} Whether there were any, and each has a field here.
 */
export function markAll(errors) {
  for (const field of INPUTS.keys()) mark(field, "");
  /** @type {Map<string, string[]>} */
  const byField = new Map();
  for (const { field, detail } of errors) {
    const [own = "", ...inner] = field.split(".");
    const known = own === "dockerfile" && !byId("archive").hidden ? "dockerfile_path" : own;
    const text = inner.length > 0 ? `${inner.join(".")} ${detail}` : sentence(detail);
    byField.set(known, [...(byField.get(known) ?? []), text]);
  }
  for (const [field, texts] of byField) mark(field, texts.join(" "));
  const isOption = [...byField.keys()].some((field) =>
    ["target", "platform", "args"].includes(field),
  );
  if (isOption) /** @type {HTMLDetailsElement} */ (byId("options")).open = true;
  const first = [...INPUTS.keys()].find((field) => byField.has(field));
  if (first) focusOn(first);
  return errors.length > 0 && [...byField.keys()].every((field) => INPUTS.has(field));
}

/** @param {string} field */
function focusOn(field) {
  const input = inputOf(field);
  (input.hidden ? byId("archive-remove") : input).focus();
}

/**
 * @param {string} field
 * @param {string} problem Empty: none.
 */
export function mark(field, problem) {
  if (!INPUTS.has(field)) return;
  const input = inputOf(field);
  if (problem) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  setText(byId(`${input.id}-error`), problem);
}

/**
 * Takes back what was said of an input, once it is changed.
 *
 * @param {Element} input
 */
export function unmark(input) {
  for (const [field, id] of INPUTS) if (input.id === id) mark(field, "");
}

/**
 * The input for one of the service's fields.
 *
 * @param {string} field
 */
export function inputOf(field) {
  return /** @type {HTMLInputElement | HTMLTextAreaElement} */ (byId(INPUTS.get(field) ?? field));
}

/**
 * The service says what is wrong after the field's name, as in `image_name: is no image name`.
 *
 * @param {string} detail
 */
function sentence(detail) {
  if (/^(?:is|has|must|comes|looks)\b/.test(detail)) return `This ${detail}`;
  return detail.charAt(0).toUpperCase() + detail.slice(1);
}
