// The one door through which the program asks the outside over HTTP: registries, and the URLs that it proves.

// Imported as modules, both would load every part of Node's web platform at once, at each preview.
const { request } = process.getBuiltinModule("node:http");
const { request: requestTls } = process.getBuiltinModule("node:https");

export interface Question {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** How long the answer may take. Default 10 seconds. */
  readonly milliseconds?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * One request on a fresh connection; whatever is answered is an answer.
 * `SLIPWAY_OUTSIDE`, which a rehearsal sets to a `http://` address of this machine, is asked in place of every host but
 * localhost: it plays the outside, and knows by the `Host` header who was meant.
 * @throws Error when there is no answer: its `code` as Node.js gives it, `ABORT_ERR` when it did not come in time.
 */
export function ask(url: URL, question: Question = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body, milliseconds = 10_000 } = question;
  const stand = url.hostname === "localhost" ? undefined : process.env.SLIPWAY_OUTSIDE;
  const asked = stand ? new URL(url.pathname + url.search, stand) : url;
  const send = asked.protocol === "https:" ? requestTls : request;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      agent: false,
      headers: { ...headers, ...(stand && { host: url.host }) },
      signal: AbortSignal.timeout(milliseconds),
    };
    const sent = send(asked, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
