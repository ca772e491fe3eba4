import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

/** Headers that concern one connection and not what is sent over it (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export interface PassOnArgs {
  /** Where the request goes. */
  readonly to: URL;
  /** In place of the request's own headers of these names; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** What becomes of the answer's `Location`. */
  readonly location?: (location: string) => string;
}

/** Passes a request on and its answer back, both as they come; `502` where nobody answers. */
export async function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { to, headers = {}, location = (same) => same }: PassOnArgs,
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      const sent = request(
        to,
        {
          method: incoming.method,
          headers: passed({ ...incoming.headers, ...headers }),
          agent: false,
        },
        (answer) => {
          const back = passed(answer.headers);
          if (answer.headers.location) back.location = location(answer.headers.location);
          outgoing.writeHead(answer.statusCode ?? 502, back);
          pipeline(answer, outgoing).then(resolve, reject);
        },
      );
      sent.on("error", reject);
      // An answer may come before the whole request has been read, and end it.
      pipeline(incoming, sent).catch(reject);
    });
  } catch (error) {
    if (outgoing.headersSent) outgoing.destroy();
    else {
      const { code, message } = error as NodeJS.ErrnoException;
      outgoing
        .writeHead(502, { "content-type": "text/plain" })
        .end(`Bad Gateway: ${code ?? message}\n`);
    }
  }
}

function passed(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || hopByHop.has(name) ? [] : [[name, value]],
    ),
  );
}
