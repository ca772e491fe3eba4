import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { type FakeRegistry, fakeRegistry, listen } from "../../infra/fake-registry.ts";
import type { Demand } from "../../infra/registry-gate.ts";

/** What becomes of a request in place of the registry's own answer. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** The connection breaks before the registry has heard of it. */
  | "reset"
  /** The registry does as it is asked, and the connection breaks before its answer. */
  | "lost"
  /** Nobody ever answers. */
  | "silent";

export interface FaultyRegistry {
  readonly origin: string;
  readonly fake: FakeRegistry;
  /** Every request so far, as its method and what it is on, without query and the repository's path. */
  readonly asked: string[];
  /** Lets the next requests of a kind, such as `PUT manifests`, end so, one after the other. */
  fail(kind: string, ...faults: readonly Fault[]): void;
}

/** A registry for one test, in front of which connections break and answers change. */
export async function faultyRegistry(demand?: Demand): Promise<FaultyRegistry> {
  const fake = await fakeRegistry(demand);
  const asked: string[] = [];
  const faults = new Map<string, Fault[]>();
  const { port } = await listen((from, to) => {
    const kind = kindOf(from);
    asked.push(kind);
    const fault = faults.get(kind)?.shift();
    if (fault === "silent") from.resume();
    else if (fault === "reset") from.socket.destroy();
    else if (fault === undefined || fault === "lost") forward(fake.port, from, to, fault);
    else {
      from.resume().on("end", () => to.writeHead(fault.status, fault.headers).end(fault.body));
    }
  });
  return {
    origin: `http://localhost:${port}`,
    fake,
    asked,
    fail: (kind, ...next) => void faults.set(kind, [...next]),
  };
}

function kindOf({ method, url = "" }: IncomingMessage): string {
  const what = /\/(?<what>manifests|blobs\/uploads|blobs)\//.exec(url)?.groups?.what;
  return `${method} ${url.includes("mount=") ? "mount" : what}`;
}

function forward(
  port: number,
  from: IncomingMessage,
  to: ServerResponse,
  fault: "lost" | undefined,
) {
  const { method, url: path, headers } = from;
  const on = request({ port, host: "localhost", method, path, headers }, (answer) => {
    if (fault === "lost") answer.resume().on("end", () => from.socket.destroy());
    else answer.pipe(to.writeHead(answer.statusCode ?? 0, answer.headers));
  });
  from.pipe(on);
}
