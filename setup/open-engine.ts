import { createRequire } from "node:module";
import type DockerClient from "dockerode";
import { engineAddress } from "./engine-request.ts";

/**
 * A client for the Docker engine at a host written as in `DOCKER_HOST`. The library is loaded when it is first needed, because
 * that takes longer than all checks of the set-up together.
 */
export function openEngine(host: string): DockerClient {
  const Docker: typeof DockerClient = createRequire(import.meta.url)("dockerode");
  if (host.startsWith("ssh://")) {
    const url = new URL(host);
    return new Docker({
      protocol: "ssh",
      host: url.hostname,
      port: url.port || 22,
      ...(url.username ? { username: url.username } : {}),
      ...(process.env.SSH_AUTH_SOCK ? { sshOptions: { agent: process.env.SSH_AUTH_SOCK } } : {}),
    });
  }
  const address = engineAddress(host);
  if (address.socketPath) return new Docker({ socketPath: address.socketPath });
  return new Docker({
    protocol: address.protocol === "https:" ? "https" : "http",
    host: String(address.hostname),
    port: Number(address.port),
    ...(address.ca ? { ca: String(address.ca) } : {}),
    ...(address.cert ? { cert: String(address.cert) } : {}),
    ...(address.key ? { key: String(address.key) } : {}),
  });
}
