import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";

/**
 * `node bench/load.ts '<JSON>'`: clients that ask one after another, each on a connection that stays, in a process of their own
 * so that they do not slow what they measure more than they must. Prints a `Measured` as JSON.
 */

/** What is asked, and how often. */
export interface Load {
  /** `http://127.0.0.1:8000/build-push`. */
  readonly url: string;
  readonly kind: "legacy-post" | "json-post" | "get";
  readonly clients: number;
  /** Requests of each client. */
  readonly requests: number;
  /** How the answer to a good request begins: its status. */
  readonly status: number;
}

/** How long the answers took, in seconds, and the last answer. */
export interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly body: string;
}

const load = JSON.parse(process.argv[2] ?? "{}") as Load;
const agent = new Agent({ keepAlive: true, maxSockets: load.clients });
const taken: number[] = [];
let body = "";
await Promise.all(Array.from({ length: load.clients }, client));
taken.sort((one, other) => one - other);
const at = (share: number): number => taken[Math.ceil(share * taken.length) - 1] ?? 0;
process.stdout.write(JSON.stringify({ p50: at(0.5), p99: at(0.99), body } satisfies Measured));
agent.destroy();

async function client(): Promise<void> {
  for (let number = 0; number < load.requests; number += 1) {
    const began = performance.now();
    body = await ask(randomUUID());
    taken.push((performance.now() - began) / 1_000);
  }
}

function ask(which: string): Promise<string> {
  const [type, sent] = bodyFor(which);
  const headers = sent === undefined ? {} : { "content-type": type, "content-length": sent.length };
  return new Promise((resolve, reject) => {
    const method = sent === undefined ? "GET" : "POST";
    const asked = request(load.url, { agent, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("error", reject).on("end", () => {
        if (answer.statusCode === load.status) resolve(text);
        else reject(new Error(`${load.url} answered ${answer.statusCode} ${text}`));
      });
    });
    asked.on("error", reject).end(sent);
  });
}

/** A Dockerfile that no request before has sent. */
function bodyFor(which: string): [type: string, body?: Buffer] {
  const dockerfile = `FROM python:3.12-slim\nLABEL which=${which}\n`;
  const fields = { image_name: "load", image_tag: which };
  if (load.kind === "get") return [""];
  if (load.kind === "json-post") {
    return ["application/json", Buffer.from(JSON.stringify({ ...fields, dockerfile }))];
  }
  const part = (name: string, value: string): string =>
    `--${which}\r\ncontent-disposition: form-data; name=${name}\r\n\r\n${value}\r\n`;
  const form = [
    ...Object.entries(fields).map(([name, value]) => part(name, value)),
    part('"file"; filename="Dockerfile"', dockerfile),
    `--${which}--\r\n`,
  ];
  return [`multipart/form-data; boundary=${which}`, Buffer.from(form.join(""))];
}
