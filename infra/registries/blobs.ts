import type { Readable } from "node:stream";
import type { OpenAnswer, Question } from "../outside.ts";
import type { RegistrySession } from "./registry-session.ts";

/** Content that a manifest names. */
export interface Blob {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** A layer may be large and the line slow. */
const longestTransfer = 30 * 60_000;

/** The layers and configurations of one repository; none is ever held in memory as a whole. */
export class Blobs {
  readonly #session: RegistrySession;
  readonly #path: string;

  constructor(session: RegistrySession, path: string) {
    this.#session = session;
    this.#path = path;
  }

  async holds({ digest }: Blob): Promise<boolean> {
    const { status, body } = await this.#ask("HEAD", this.#url(digest), {});
    body.resume();
    if (status !== 200 && status !== 404) throw this.#refused("look up", digest, status);
    return status === 200;
  }

  /** The content, to be read to its end or destroyed. */
  async read({ digest }: Blob): Promise<Readable> {
    const question = { milliseconds: longestTransfer };
    const { status, body } = await this.#ask("GET", this.#url(digest), question);
    if (status === 200) return body;
    body.destroy();
    throw this.#refused("read", digest, status);
  }

  /**
   * Takes a blob over: from another repository of this registry where it lets us, else by its content. The registry itself
   * checks the digest.
   * @param sibling the path of the other repository, where it is one of this registry.
   */
  async take(blob: Blob, content: () => Promise<Readable>, sibling?: string): Promise<void> {
    const scopes = [
      `repository:${this.#path}:pull,push`,
      ...(sibling === undefined ? [] : [`repository:${sibling}:pull`]),
    ];
    const start = this.#url("uploads/");
    if (sibling !== undefined) {
      start.searchParams.set("mount", blob.digest);
      start.searchParams.set("from", sibling);
    }
    const begun = await this.#write("POST", start, scopes, {}, blob);
    if (begun.status === 201) return;
    const stream = await content();
    try {
      const sent = await this.#write(
        "PATCH",
        next(start, begun),
        scopes,
        {
          headers: {
            "content-type": "application/octet-stream",
            "content-length": String(blob.size),
          },
          body: stream,
        },
        blob,
      );
      const end = next(start, sent);
      end.searchParams.set("digest", blob.digest);
      await this.#write("PUT", end, scopes, { headers: { "content-length": "0" } }, blob);
    } finally {
      stream.destroy();
    }
  }

  async #write(
    method: "POST" | "PATCH" | "PUT",
    url: URL,
    scopes: readonly string[],
    question: Question,
    { digest }: Blob,
  ): Promise<OpenAnswer> {
    const milliseconds = longestTransfer;
    const answer = await this.#session.open(url, scopes, { ...question, method, milliseconds });
    answer.body.resume();
    const { status } = answer;
    if (![201, 202, 204].includes(status)) throw this.#refused("take", digest, status);
    return answer;
  }

  #ask(method: "HEAD" | "GET", url: URL, question: Question): Promise<OpenAnswer> {
    return this.#session.open(url, [`repository:${this.#path}:pull`], { ...question, method });
  }

  #url(what: string): URL {
    return new URL(`${this.#session.origin}/v2/${this.#path}/blobs/${what}`);
  }

  #refused(verb: string, digest: string, status: number) {
    return this.#session.faults.refused(status, `${verb} ${this.#path}@${digest}`);
  }
}

/** Where an upload goes on. */
function next(from: URL, { headers }: OpenAnswer): URL {
  return new URL(String(headers.location ?? ""), from);
}
