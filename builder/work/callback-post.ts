import { createHmac } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";

/** How long the receiver may take, in milliseconds. */
const PATIENCE = 10_000;

/** What is sent. */
export interface CallbackPost {
  readonly url: URL;
  /** The address that the URL's host was found to have. */
  readonly address: string;
  /** JSON. */
  readonly body: string;
  readonly secret: string;
  /** Unix time of the signature, in seconds. Default: now. */
  readonly at?: number;
}

/** `t=<unix>,v1=<hex>`: HMAC-SHA256 of `<unix>.<body>`. */
export function signature(secret: string, at: number, body: string): string {
  const hex = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
  return `t=${at},v1=${hex}`;
}

/**
 * Posts a signed callback to one address, and follows no redirect.
 * @returns the status of the answer, whose body nobody reads.
 */
export async function postCallback(post: CallbackPost): Promise<number> {
  const { url, address, body, secret, at = Math.floor(Date.now() / 1_000) } = post;
  const { request } = url.protocol === "https:" ? https : http;
  const lookup: LookupFunction = (_host, { all }, found) => {
    const family = isIP(address);
    if (all === true) found(null, [{ address, family }]);
    else found(null, address, family);
  };
  return new Promise((resolve, reject) => {
    const sending = request(url, {
      method: "POST",
      agent: false,
      lookup,
      signal: AbortSignal.timeout(PATIENCE),
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "slipway-builder",
        "slipway-signature": signature(secret, at, body),
      },
    });
    sending.on("response", (response) => {
      resolve(response.statusCode ?? 0);
      response.on("error", () => {});
      response.destroy();
    });
    sending.on("error", reject);
    sending.end(body);
  });
}
