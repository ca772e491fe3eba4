// Sends a form with the reader's token and tells how far it has come, which fetch cannot.

import { problemOf, Unreachable } from "./api.js";
import { askToken, token } from "./token.js";

/**
 * Orders a build.
 *
 * @param {FormData} form
 * @param {string} key The `Idempotency-Key`: the same for the same order, so that a lost answer makes no second build.
 * @param {(part: number) => void} onSent Told the part that is sent, 0 to 1.
 * @returns {Promise<import("./api.js").Build>}
 * @throws Problem, Unreachable, NoToken
 */
export async function upload(form, key, onSent) {
  for (;;) {
    const used = token();
    const answer = await send(form, key, used, onSent).catch(() => send(form, key, used, onSent));
    if (answer.status >= 200 && answer.status < 300) return JSON.parse(await answer.text());
    if (answer.status !== 401) throw await problemOf(answer);
    await askToken(used);
  }
}

/**
 * @param {FormData} form
 * @param {string} key
 * @param {string | undefined} used
 * @param {(part: number) => void} onSent
 * @returns {Promise<{ status: number, headers: Pick<Headers, "get">, text(): Promise<string> }>}
 */
function send(form, key, used, onSent) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", new URL("v1/builds", document.baseURI));
    sending.setRequestHeader("idempotency-key", key);
    if (used !== undefined) sending.setRequestHeader("authorization", `Bearer ${used}`);
    sending.upload.addEventListener("progress", ({ loaded, total }) => onSent(loaded / total));
    sending.addEventListener("load", () =>
      resolve({
        status: sending.status,
        headers: { get: (name) => sending.getResponseHeader(name) },
        text: async () => sending.responseText,
      }),
    );
    sending.addEventListener("error", () =>
      reject(new Unreachable("The service did not answer. Nothing is lost: send it again.")),
    );
    sending.send(form);
  });
}

/** A key that nobody else has. Where a page comes by plain HTTP from another machine, `randomUUID` is missing. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
