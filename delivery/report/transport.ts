import { request } from "node:http";

/** One request, as it goes over the wire. */
export interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** What a server answered. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  header(name: string): string | undefined;
  readonly text: string;
}

/** Sends one request to an address, and follows no redirect. */
export type Transport = (address: string, sent: Sent) => Promise<Answer>;

/** A server that does not answer is given up after this many milliseconds. */
const patience = 30_000;

/** Straight to the server. */
export const direct: Transport = async (address, { method, headers, body }) => {
  // A redirect may lead elsewhere, and the token would go along.
  const answer = await fetch(address, {
    method,
    headers,
    body: body ?? null,
    redirect: "manual",
    signal: AbortSignal.timeout(patience),
  });
  return {
    status: answer.status,
    header: (name) => answer.headers.get(name) ?? undefined,
    text: await answer.text(),
  };
};

/** By way of an HTTP proxy: the request names the whole address, and the proxy adds what the server wants to see. */
export function through(proxy: string): Transport {
  const { hostname, port } = new URL(proxy);
  return (address, { method, headers, body = "" }) =>
    new Promise((resolve, reject) => {
      const options = {
        hostname,
        port: port || 80,
        method,
        path: address,
        headers: {
          ...headers,
          host: new URL(address).host,
          "content-length": String(Buffer.byteLength(body)),
        },
        signal: AbortSignal.timeout(patience),
      };
      const asked = request(options, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        answer.on("error", reject).on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            header: (name) => [answer.headers[name] ?? []].flat()[0],
            text,
          }),
        );
      });
      asked.on("error", reject).end(body);
    });
}
