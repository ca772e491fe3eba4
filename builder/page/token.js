// The reader's token: kept for this tab alone, asked for when the service wants one.

import { byId, setText } from "./element.js";

const KEY = "slipway-token";

/** @type {Promise<string> | undefined} */
let asking;

/** @type {Set<() => void>} */
const listeners = new Set();

/** The token that requests carry, where one has been given. */
export function token() {
  return sessionStorage.getItem(KEY) ?? undefined;
}

/** Forgets it; whatever is shown was for its holder. */
export function forgetToken() {
  sessionStorage.removeItem(KEY);
  location.reload();
}

/** @param {() => void} changed Called when a token has been given. */
export function onToken(changed) {
  listeners.add(changed);
}

/**
 * Asks for a token, once for however many requests need one.
 *
 * @param {string | undefined} refused The token that the service did not take.
 * @returns {Promise<string>} Another one. Rejects with `NoToken` when the reader closes the dialog.
 */
export function askToken(refused) {
  const now = token();
  if (now !== undefined && now !== refused) return Promise.resolve(now);
  asking ??= ask(refused !== undefined).finally(() => {
    asking = undefined;
  });
  return asking;
}

/** The reader gave no token. */
export class NoToken extends Error {
  /** @override */
  name = "NoToken";
}

/** @param {boolean} wasRefused */
function ask(wasRefused) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("token"));
  const field = /** @type {HTMLInputElement} */ (byId("token-field"));
  setText(byId("token-error"), wasRefused ? "This token is not known here." : "");
  field.setAttribute("aria-invalid", String(wasRefused));
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.addEventListener(
      "close",
      () => {
        const given = field.value.trim();
        field.value = "";
        if (dialog.returnValue !== "given" || given === "")
          return reject(new NoToken("A token is needed."));
        sessionStorage.setItem(KEY, given);
        for (const changed of listeners) changed();
        resolve(given);
      },
      { once: true },
    );
  });
}
