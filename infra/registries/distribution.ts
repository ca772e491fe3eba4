import { type Answer, type OpenAnswer, type Question, whole } from "../outside.ts";
import { Blobs } from "./blobs.ts";
import { type RegistryOptions, RegistrySession } from "./registry-session.ts";

/** Every kind of manifest a tag may name, images and lists of them. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** A manifest by its very bytes, which its digest is of. */
export interface Manifest {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * A client for the part of the OCI distribution protocol that the corridor needs: from a tag or digest to a digest, from a
 * digest to a further tag, and what a copy reads and writes. No engine takes part.
 */
export class Distribution {
  readonly origin: string;
  readonly path: string;
  readonly blobs: Blobs;
  readonly #session: RegistrySession;

  /**
   * @param origin scheme, host and port: `http://localhost:5055`.
   * @param path the repository's path: `web`.
   * @param advice how to mend a registry that does not answer.
   */
  constructor(origin: string, path: string, advice: string, options: RegistryOptions = {}) {
    this.origin = origin;
    this.path = path;
    this.#session = new RegistrySession(origin, advice, options);
    this.blobs = new Blobs(this.#session, path);
  }

  /** The digest that a tag or digest names, or undefined when the registry holds none. */
  async digestOf(reference: string): Promise<string | undefined> {
    const { status, headers } = await this.#ask("HEAD", reference);
    if (status === 404) {
      await this.#checkRepository(reference);
      return undefined;
    }
    if (status !== 200) throw this.#refused("look up", reference, status);
    const digest = headers["docker-content-digest"]?.toString();
    if (!digest) throw this.#session.faults.faulty(`names no digest for ${this.path}:${reference}`);
    return digest;
  }

  /** Lets `tag` name what `digest` names, by copying the manifest inside the registry. Does nothing where it already does. */
  async tag(digest: string, tag: string): Promise<void> {
    if ((await this.digestOf(tag)) === digest) return;
    await this.put(tag, await this.manifest(digest));
  }

  /** The manifest that a tag or digest names. */
  async manifest(reference: string): Promise<Manifest> {
    const { status, headers, body } = await this.#ask("GET", reference);
    if (status !== 200) throw this.#refused("read", reference, status);
    return { type: String(headers["content-type"]), content: body };
  }

  /** Puts a manifest under a tag or its digest; all that it names has to be there. */
  async put(reference: string, { type, content }: Manifest): Promise<void> {
    const headers = { "content-type": type };
    const { status } = await this.#ask("PUT", reference, { headers, body: content });
    if (status !== 201) throw this.#refused("tag", reference, status);
  }

  /** Only a body tells a repository that is not there from one without the tag. */
  async #checkRepository(reference: string): Promise<void> {
    const { missing } = this.#session.options;
    if (missing === undefined) return;
    const { body } = await this.#ask("GET", reference);
    if (!/NAME_UNKNOWN.*repository/is.test(body.toString("utf8"))) return;
    throw this.#session.faults.faulty(`has no repository for ${this.path}`, missing);
  }

  #refused(verb: string, reference: string, status: number) {
    return this.#session.faults.refused(status, `${verb} ${this.path}:${reference}`);
  }

  async #ask(
    method: "HEAD" | "GET" | "PUT",
    reference: string,
    { headers = {}, ...question }: Question = {},
  ): Promise<Answer> {
    const url = new URL(`${this.origin}/v2/${this.path}/manifests/${reference}`);
    const scope = `repository:${this.path}:${method === "PUT" ? "pull,push" : "pull"}`;
    const answer: OpenAnswer = await this.#session.open(url, [scope], {
      method,
      headers: { accept: manifestTypes.join(", "), ...headers },
      ...question,
    });
    try {
      return { ...answer, body: await whole(answer.body) };
    } catch (error) {
      throw this.#session.faults.silent(error as Error);
    }
  }
}
