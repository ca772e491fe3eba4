import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { RuleError } from "../rule-error.ts";

// The Docker engine that the stand-in drives.

/**
 * Connects to the engine that the real provider would use: `host` of its configuration, else `DOCKER_HOST`, else the default
 * socket, `~/.docker/run` and `~/.docker/desktop`. Docker's contexts do not count. Throws `RuleError` when none answers.
 */
export async function connectEngine(
  host: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Docker> {
  const { default: Dockerode } = await import("dockerode");
  const wanted = host || env.DOCKER_HOST;
  const tried = wanted ? [wanted] : await sockets(env);
  for (const endpoint of tried) {
    const docker =
      endpoint === env.DOCKER_HOST ? new Dockerode() : new Dockerode(optionsFor(endpoint));
    const answer = await docker.ping().catch((error: Error) => error);
    if (!(answer instanceof Error)) return docker;
    if ((answer as { statusCode?: number }).statusCode)
      throw new RuleError(`docker engine at ${endpoint}: ${engineMessage(answer)}`);
  }
  throw new RuleError(
    `docker: failed to connect to any docker daemon (tried ${tried.join(", ")}); start Docker, or set DOCKER_HOST`,
  );
}

/** Runs calls of the engine; what the engine refuses, and an engine that does not answer, becomes a `RuleError`. */
export async function asRule<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw isEngineError(error)
      ? new RuleError(engineMessage(error as Error), { cause: error })
      : error;
  });
}

/** Whether the engine answered "no such thing". */
export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}

/** What the engine said, without the wrapping of its client. */
export function engineMessage(error: Error): string {
  return error.message.replace(/^\(HTTP code \d+\) [^-]*- /, "").trim();
}

/** What was tried, before what the engine said; a bug stays what it is. */
export function tried(what: string, error: Error): Error {
  if (!(error instanceof RuleError) && !isEngineError(error)) return error;
  return new RuleError(`${what}: ${engineMessage(error)}`, { cause: error });
}

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "EACCES",
  "ENOTFOUND",
  "ETIMEDOUT",
]);

/** Whether the engine refused, or could not be reached; anything else is a bug. */
export function isEngineError(error: unknown): boolean {
  const { statusCode, code, syscall } = error as {
    statusCode?: number;
    code?: string;
    syscall?: string;
  };
  return statusCode !== undefined || (UNREACHABLE.has(code ?? "") && syscall !== "open");
}

async function sockets(env: NodeJS.ProcessEnv): Promise<string[]> {
  if (process.platform === "win32") return ["npipe:////./pipe/docker_engine"];
  const home = env.HOME || homedir();
  const usual = [
    "/var/run/docker.sock",
    join(home, ".docker/run/docker.sock"),
    join(home, ".docker/desktop/docker.sock"),
  ];
  const there = await Promise.all(
    usual.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  const found = usual.filter((_file, index) => there[index]);
  return (found.length > 0 ? found : usual).map((file) => `unix://${file}`);
}

function optionsFor(endpoint: string): Docker.DockerOptions {
  // Docker's client would fill absent options from DOCKER_HOST, so every one of them is given.
  const none = { host: "", port: "" };
  const local = /^(?:unix|npipe):\/\/(.*)$/.exec(endpoint)?.[1];
  if (local) return { ...none, socketPath: local };
  const url = /^(?:tcp|http):\/\/([^:/]+):(\d+)/.exec(endpoint);
  if (!url?.[1] || !url[2]) {
    throw new RuleError(
      `docker:host: "${endpoint}" has no stand-in; use unix:// or tcp://, or set DOCKER_HOST`,
    );
  }
  return { protocol: "http", host: url[1], port: url[2] };
}
