import { setTimeout as after } from "node:timers/promises";
import type { DockerOptions } from "dockerode";

const lines = 20;

/**
 * How a container fares and the last lines of its log; an empty text when the engine does not tell in time.
 * The engine's client is loaded only here, when a delivery has already failed.
 */
export async function lastWords(engineHost: string | undefined, id: string): Promise<string> {
  const asked = ask(engineHost, id).catch(() => "");
  return Promise.race([asked, after(5_000, "", { ref: false })]);
}

async function ask(engineHost: string | undefined, id: string): Promise<string> {
  const { default: Docker } = await import("dockerode");
  const container = new Docker(connection(engineHost)).getContainer(id);
  const [{ State: state, RestartCount: restarts }, log] = await Promise.all([
    container.inspect(),
    container.logs({ stdout: true, stderr: true, tail: lines }),
  ]);
  const text = withoutFrames(log).trimEnd();
  const fate = `its container is ${state.Status}, exit code ${state.ExitCode}, restarted ${restarts} times`;
  return text === ""
    ? `${fate}, and logged nothing`
    : `${fate}; the end of its log:\n${indented(text)}`;
}

/** Everything else, `tcp` above all, is spoken to in plain HTTP. */
const protocols: Readonly<Record<string, "https" | "ssh">> = { "https:": "https", "ssh:": "ssh" };

function connection(host: string | undefined): DockerOptions {
  if (host === undefined) return {};
  const url = new URL(host);
  if (["unix:", "npipe:"].includes(url.protocol)) return { socketPath: url.pathname };
  const protocol = protocols[url.protocol] ?? "http";
  return { protocol, host: url.hostname, port: url.port };
}

/** The engine frames a log without a terminal: a kind, three zero bytes, a length of four bytes, then the text. */
function withoutFrames(log: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length; ) {
    const length = log.readUInt32BE(at + 4);
    parts.push(log.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts).toString("utf8");
}

function indented(text: string): string {
  return text.replace(/^/gm, "    ");
}
