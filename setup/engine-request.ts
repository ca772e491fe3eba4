import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { join } from "node:path";

/** An answer of the Docker engine, its body read to the end. */
export interface EngineAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks the Docker engine one question over its own socket. Checks use this instead of a client library or the CLI, because
 * loading either costs more than the question. Rejects when the engine does not answer within `timeout` milliseconds.
 */
export function engineRequest(
  host: string,
  path: string,
  options: { method?: string; timeout?: number } = {},
): Promise<EngineAnswer> {
  const { method = "GET", timeout = 5_000 } = options;
  return new Promise((resolve, reject) => {
    const address = engineAddress(host);
    const start = address.protocol === "https:" ? httpsRequest : httpRequest;
    const request = start(
      { ...address, method, path, signal: AbortSignal.timeout(timeout) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    request.on("error", reject);
    request.end();
  });
}

/** Node's connection options for a Docker host: `unix://`, `npipe://`, `tcp://`, `http://` or `https://`. */
export function engineAddress(
  host: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): RequestOptions {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  if (host.startsWith("npipe://")) return { socketPath: host.slice("npipe:".length) };
  const url = new URL(host);
  const certificates = env.DOCKER_CERT_PATH;
  const secure = url.protocol === "https:" || Boolean(env.DOCKER_TLS_VERIFY);
  return {
    protocol: secure ? "https:" : "http:",
    hostname: url.hostname,
    port: url.port || (secure ? 2376 : 2375),
    ...(secure && certificates
      ? {
          ca: readFileSync(join(certificates, "ca.pem")),
          cert: readFileSync(join(certificates, "cert.pem")),
          key: readFileSync(join(certificates, "key.pem")),
        }
      : {}),
  };
}
