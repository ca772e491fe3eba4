import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";

// The one door through which the program asks the outside over HTTP: registries, and the URLs that it proves.

// Imported as modules, both would load every part of Node's web platform at once, at each preview.
const { request, Agent } = process.getBuiltinModule("node:http");
const { request: requestTls, Agent: AgentTls } = process.getBuiltinModule("node:https");
const { pipeline } = process.getBuiltinModule("node:stream");

export interface Question {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  /** What is large is streamed. */
  readonly body?: Buffer | Readable;
  /** How long the whole answer may take. Default 10 seconds. */
  readonly milliseconds?: number;
  /** Ends the request, and the body that is on its way, at once. */
  readonly signal?: AbortSignal;
  /** Where it has no body, it may go over a connection that is kept. Default: over a fresh one. */
  readonly connections?: Connections;
}

/** Connections that are kept from one question to the next, for who asks much of few hosts. */
export interface Connections {
  agentOf(protocol: string): InstanceType<typeof Agent>;
}

/** Milliseconds that a connection may stand idle: less than servers wait before they close it. */
const idle = 4_000;

/** They close by themselves, and keep no process from ending. */
export function keepConnections(): Connections {
  const options = { keepAlive: true, timeout: idle };
  const plain = new Agent(options);
  const tls = new AgentTls(options);
  return { agentOf: (protocol) => (protocol === "https:" ? tls : plain) };
}

/** How an answer begins, while its body is still on its way; who asked has to read it. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

export interface Answer extends Omit<OpenAnswer, "body"> {
  readonly body: Buffer;
}

/**
 * One request; whatever is answered is an answer.
 * `SLIPWAY_OUTSIDE`, which a rehearsal sets to a `http://` address of this machine, is asked in place of every host but
 * localhost: it plays the outside, and knows by the `Host` header who was meant.
 * @throws Error when there is no answer: its `code` as Node.js gives it, `ABORT_ERR` when it did not come in time.
 */
export async function ask(url: URL, question: Question = {}): Promise<Answer> {
  const { status, headers, body } = await open(url, question);
  return { status, headers, body: await whole(body) };
}

/** As `ask`, for an answer that is too large to be held at once. */
export function open(url: URL, question: Question = {}): Promise<OpenAnswer> {
  const { connections, ...fresh } = question;
  const { method = "GET", headers = {}, body, milliseconds = 10_000, signal } = fresh;
  const stand = url.hostname === "localhost" ? undefined : process.env.SLIPWAY_OUTSIDE;
  if (stand && !["127.0.0.1", "localhost"].includes(new URL(stand).hostname)) {
    throw new Error(`SLIPWAY_OUTSIDE: ${stand} is not on this machine; unset it`);
  }
  const asked = stand ? new URL(url.pathname + url.search, stand) : url;
  const send = asked.protocol === "https:" ? requestTls : request;
  return new Promise((resolve, reject) => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), milliseconds).unref();
    const options = {
      method,
      agent: body === undefined && (connections?.agentOf(asked.protocol) ?? false),
      headers: { ...headers, ...(stand && { host: url.host }) },
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    };
    let isAnswered = false;
    const sent = send(asked, options, (response: IncomingMessage) => {
      isAnswered = true;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    sent.once("close", () => clearTimeout(timer));
    sent.on("error", (error: NodeJS.ErrnoException) => {
      const wasClosed = !isAnswered && sent.reusedSocket && error.code === "ECONNRESET";
      if (wasClosed && ["GET", "HEAD"].includes(method)) resolve(open(url, fresh));
      else reject(error);
    });
    if (body === undefined || Buffer.isBuffer(body)) sent.end(body);
    else pipeline(body, sent, (error) => error && reject(error));
  });
}

/**
 * All that a stream brings.
 * @throws Error when it breaks off.
 */
export async function whole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
