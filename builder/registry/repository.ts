import { open } from "node:fs/promises";
import type { OpenAnswer, Question } from "../../infra/outside.ts";
import type { RegistrySession } from "../../infra/registries/registry-session.ts";
import type { LocalBlob, LocalManifest } from "./oci-image.ts";
import { refusal, Stalled } from "./refusal.ts";
import { longestStall, watchUpload } from "./watch-upload.ts";

/** Milliseconds for an upload as a whole. */
const longestUpload = 60 * 60_000;

/** An upload that has been begun: where it goes. */
export type Upload = URL;

/** One repository as a push sees it; each question is asked once. */
export class Repository {
  readonly path: string;
  readonly #session: RegistrySession;
  readonly #signal: AbortSignal;

  /** @param signal ends each question at once; it then throws the signal's reason. */
  constructor(session: RegistrySession, path: string, signal: AbortSignal) {
    this.path = path;
    this.#session = session;
    this.#signal = signal;
  }

  async holds(digest: string): Promise<boolean> {
    const answer = await this.#ask("HEAD", this.#url(`blobs/${digest}`), "pull");
    if (answer.status === 404) return nothing(answer, false);
    await expect(answer, [200], "look up a layer");
    return true;
  }

  /** Takes a blob over from another repository of the registry; gives the upload to go on with where it did not. */
  async mount(digest: string, sibling: string): Promise<Upload | "mounted"> {
    const url = this.#url("blobs/uploads/");
    url.searchParams.set("mount", digest);
    url.searchParams.set("from", sibling);
    const answer = await this.#ask("POST", url, "pull,push", {}, [`repository:${sibling}:pull`]);
    answer.body.resume();
    if (answer.status === 201) return "mounted";
    return answer.status === 202 ? next(url, answer) : this.begin();
  }

  async begin(): Promise<Upload> {
    const url = this.#url("blobs/uploads/");
    const answer = await this.#ask("POST", url, "pull,push");
    await expect(answer, [202], "begin an upload");
    return next(url, answer);
  }

  /**
   * Uploads a blob; the registry compares it with its digest.
   * @param sent hears how many bytes more have been sent.
   */
  async upload(to: Upload, blob: LocalBlob, sent: (bytes: number) => void): Promise<void> {
    const url = new URL(to);
    url.searchParams.set("digest", blob.digest);
    const file = await open(blob.file);
    const watched = watchUpload(sent);
    try {
      const answer = await this.#ask("PUT", url, "pull,push", {
        body: file.createReadStream().pipe(watched.through),
        milliseconds: longestUpload,
        signal: AbortSignal.any([this.#signal, watched.stalled]),
        headers: {
          "content-type": "application/octet-stream",
          "content-length": String(blob.size),
        },
      });
      await expect(answer, [201, 204], "take a layer");
    } catch (error) {
      if (!watched.stalled.aborted) throw error;
      const seconds = longestStall / 1_000;
      throw new Stalled(`took nothing of a layer for ${seconds} s; retry the build later`);
    } finally {
      watched.through.destroy();
      await file.close();
    }
  }

  /** Puts a manifest under a tag or its own digest; gives the digest the registry says it has, where it says one. */
  async put(reference: string, manifest: LocalManifest): Promise<string | undefined> {
    const answer = await this.#ask("PUT", this.#url(`manifests/${reference}`), "pull,push", {
      body: manifest.content,
      headers: { "content-type": manifest.type },
      milliseconds: 60_000,
    });
    await expect(answer, [201], `tag ${this.path}:${reference}`);
    return answer.headers["docker-content-digest"]?.toString();
  }

  /** What a tag names; undefined where there is none. */
  async digestOf(tag: string, type: string): Promise<string | undefined> {
    const headers = { accept: type };
    const answer = await this.#ask("HEAD", this.#url(`manifests/${tag}`), "pull", { headers });
    if (answer.status === 404) return nothing(answer, undefined);
    await expect(answer, [200], `look up ${this.path}:${tag}`);
    return answer.headers["docker-content-digest"]?.toString();
  }

  async #ask(
    method: NonNullable<Question["method"]>,
    url: URL,
    actions: "pull" | "pull,push",
    question: Question = {},
    further: readonly string[] = [],
  ): Promise<OpenAnswer> {
    const scopes = [`repository:${this.path}:${actions}`, ...further];
    this.#signal.throwIfAborted();
    try {
      const whole = { signal: this.#signal, ...question, method };
      const answer = await this.#session.open(url, scopes, whole);
      // That a body breaks off matters to those who read it.
      answer.body.on("error", () => undefined);
      return answer;
    } catch (error) {
      this.#signal.throwIfAborted();
      throw error;
    }
  }

  #url(what: string): URL {
    return new URL(`${this.#session.origin}/v2/${this.path}/${what}`);
  }
}

/** @throws Refusal when an answer has another status. */
async function expect(
  answer: OpenAnswer,
  statuses: readonly number[],
  asked: string,
): Promise<void> {
  if (!statuses.includes(answer.status)) throw await refusal(answer, asked);
  answer.body.resume();
}

/** What is not there, as the question's outcome; the answer lets go of its connection. */
function nothing<T>({ body }: OpenAnswer, outcome: T): T {
  body.resume();
  return outcome;
}

/** Where an upload goes on. */
function next(from: URL, { headers }: OpenAnswer): URL {
  return new URL(String(headers.location ?? ""), from);
}
