// What is built from: a Dockerfile that is written, chosen or dropped, or a tar with all that it needs.

import { announce } from "./announce.js";
import { byId, setText } from "./element.js";
import { size } from "./words.js";

/** No Dockerfile is longer; a file that is, is a mistake. In bytes. */
const LONGEST = 512 * 1024;

/** Where a tar says that it is one. */
const MARK = { at: 257, text: "ustar" };

/** The part of the form that holds the source. */
export class Source {
  #text = /** @type {HTMLTextAreaElement} */ (byId("dockerfile"));
  #path = /** @type {HTMLInputElement} */ (byId("dockerfile-path"));
  #chooser = /** @type {HTMLInputElement} */ (byId("file"));
  /** @type {File | undefined} */
  #archive;

  /** @param {(problem: string) => void} onProblem Told what is wrong with a file; empty when all is well. */
  constructor(onProblem) {
    this.onProblem = onProblem;
    this.#chooser.addEventListener("change", () => {
      const [file] = this.#chooser.files ?? [];
      if (file) this.take(file);
      // The same file may be chosen again after it was changed.
      this.#chooser.value = "";
    });
    byId("archive-remove").addEventListener("click", () => {
      this.#show(undefined);
      this.#text.focus();
    });
  }

  get isEmpty() {
    return this.#archive === undefined && this.#text.value.trim() === "";
  }

  /**
   * Takes a file that was chosen or dropped.
   *
   * @param {File} file
   */
  async take(file) {
    const problem = await this.#read(file).catch(
      () => `${file.name} cannot be read: is it a folder?`,
    );
    this.onProblem(problem ?? "");
    if (!problem) announce(`${file.name} is in the form`);
  }

  /**
   * Adds itself to what is sent. The path has to come before the tar, which is read as it comes in.
   *
   * @param {FormData} form
   */
  addTo(form) {
    if (this.#archive === undefined) {
      form.set("dockerfile", new Blob([this.#text.value]), "Dockerfile");
      return;
    }
    form.set("dockerfile", this.#path.value.trim() || "Dockerfile");
    form.set("context", this.#archive, this.#archive.name);
  }

  /**
   * @param {File} file
   * @returns {Promise<string | undefined>} What is wrong with it.
   */
  async #read(file) {
    if (await isArchive(file)) {
      this.#show(file);
      return undefined;
    }
    if (file.size > LONGEST) {
      return `${file.name} (${size(file.size)}) is no tar and too long for a Dockerfile.`;
    }
    const text = await file.text();
    if (text.includes("\0")) return `${file.name} is neither a Dockerfile nor a tar.`;
    this.#text.value = text;
    this.#show(undefined);
    return undefined;
  }

  /** @param {File | undefined} archive */
  #show(archive) {
    this.#archive = archive;
    this.#text.hidden = archive !== undefined;
    byId("archive").hidden = archive === undefined;
    byId("dockerfile-path-field").hidden = archive === undefined;
    if (archive) setText(byId("archive-name"), `${archive.name} · ${size(archive.size)}`);
    // For the form it is the same as if it had been typed.
    this.#text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/**
 * By its content: a tar, or anything gzipped.
 *
 * @param {File} file
 */
async function isArchive(file) {
  const head = new Uint8Array(await file.slice(0, MARK.at + MARK.text.length).arrayBuffer());
  if (head[0] === 0x1f && head[1] === 0x8b) return true;
  return new TextDecoder("latin1").decode(head.subarray(MARK.at)) === MARK.text;
}
