import { RunError } from "@pulumi/pulumi/errors.js";

// Imported as a module, it would load every part of Node's web platform at once, at each preview.
const { request } = process.getBuiltinModule("node:http");

/** Every kind of manifest a tag may name, images and lists of them. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * A client for the part of the OCI distribution protocol that the corridor needs: from a tag or digest to a digest, and
 * from a digest to a further tag. Nothing is pulled and no engine takes part.
 */
export class Distribution {
  readonly #origin: string;
  readonly #path: string;
  readonly #advice: string;

  /**
   * @param origin scheme, host and port: `http://localhost:5055`.
   * @param path the repository's path: `web`.
   * @param advice how to mend a registry that does not answer.
   */
  constructor(origin: string, path: string, advice: string) {
    this.#origin = origin;
    this.#path = path;
    this.#advice = advice;
  }

  /** The digest that a tag or digest names, or undefined when the registry holds none. */
  async digestOf(reference: string): Promise<string | undefined> {
    const { status, headers } = await this.#ask("HEAD", reference);
    if (status === 404) return undefined;
    if (status !== 200) throw this.#refused("look up", reference, status);
    const digest = headers["docker-content-digest"]?.toString();
    if (!digest) {
      throw new RunError(
        `registry ${this.#origin}: names no digest for ${this.#path}:${reference}; ${this.#advice}`,
      );
    }
    return digest;
  }

  /** Lets `tag` name what `digest` names, by copying the manifest inside the registry. Does nothing where it already does. */
  async tag(digest: string, tag: string): Promise<void> {
    if ((await this.digestOf(tag)) === digest) return;
    const manifest = await this.#ask("GET", digest);
    if (manifest.status !== 200) throw this.#refused("read", digest, manifest.status);
    const type = String(manifest.headers["content-type"]);
    const { status } = await this.#ask("PUT", tag, { type, content: manifest.body });
    if (status !== 201) throw this.#refused("tag", tag, status);
  }

  #refused(verb: string, reference: string, status: number): RunError {
    return new RunError(
      `registry ${this.#origin}: answered ${status} when asked to ${verb} ${this.#path}:${reference}; ${this.#advice}`,
    );
  }

  #ask(
    method: string,
    reference: string,
    upload?: { readonly type: string; readonly content: Buffer },
  ): Promise<Answer> {
    const url = `${this.#origin}/v2/${this.#path}/manifests/${reference}`;
    const headers = {
      accept: manifestTypes.join(", "),
      ...(upload && { "content-type": upload.type }),
    };
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void =>
        reject(
          new RunError(
            `registry ${this.#origin}: does not answer (${reason(error)}); ${this.#advice}`,
          ),
        );
      const asked = request(url, { method, headers, agent: false, timeout: 10_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", fail);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      asked.on("timeout", () => asked.destroy(new Error("no answer within 10 s")));
      asked.on("error", fail);
      asked.end(upload?.content);
    });
  }
}

/** A refused connection to a name with two addresses is an AggregateError without a message of its own. */
function reason(error: NodeJS.ErrnoException): string {
  return error.message || error.code || "connection failed";
}
