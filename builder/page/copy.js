// Copying to the clipboard.

import { announce } from "./announce.js";
import { element, icon } from "./element.js";

/** How long the button says that it is done, in milliseconds. */
const THANKS = 2000;

/**
 * A text for a shell or another tool, with a button that copies it.
 *
 * @param {string} text
 * @param {string} what What is copied, e.g. `the digest`.
 * @param {string} [label] What stands before it.
 */
export function snippet(text, what, label) {
  return element(
    "div",
    { class: "snippet" },
    label && element("span", { class: "label" }, label),
    element("code", {}, text),
    copyButton(text, what),
  );
}

/**
 * @param {string} text
 * @param {string} what
 */
function copyButton(text, what) {
  const before = () => [icon("copy"), "Copy", element("span", { class: "unseen" }, ` ${what}`)];
  const button = element("button", { type: "button", class: "copy" }, ...before());
  button.addEventListener("click", async () => {
    const isCopied = await copy(text);
    announce(isCopied ? `Copied ${what}` : `The browser does not let the page copy ${what}`);
    button.replaceChildren(icon(isCopied ? "done" : "failed"), isCopied ? "Copied" : "Not copied");
    setTimeout(() => button.replaceChildren(...before()), THANKS);
  });
  return button;
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} Whether it is in the clipboard now.
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/**
 * The old way, for pages that come neither by HTTPS nor from this machine.
 *
 * @param {string} text
 */
function copyBySelection(text) {
  const field = element("textarea", { class: "unseen", readonly: true, "aria-hidden": "true" });
  field.value = text;
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
