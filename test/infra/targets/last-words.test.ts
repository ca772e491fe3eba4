import { describe, expect, it } from "vitest";
import { lastWords } from "../../../infra/targets/last-words.ts";
import { listen, unusedPort } from "../fake-registry.ts";

/** One piece of a log as the engine frames it: 1 is the standard output, 2 the standard error. */
function frame(kind: 1 | 2, text: string): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.from([kind, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

/** An engine that knows one container; what it was asked is written down. */
async function engine(log: Buffer) {
  const asked: string[] = [];
  const { port } = await listen((request, response) => {
    const path = (request.url ?? "").replace(/^\/v[0-9.]+/, "");
    asked.push(path);
    if (path === "/containers/abc/json") {
      response.setHeader("content-type", "application/json");
      const State = { Status: "restarting", ExitCode: 3 };
      response.end(JSON.stringify({ State, RestartCount: 4 }));
    } else if (path.startsWith("/containers/abc/logs?")) {
      response.end(log);
    } else {
      response.writeHead(404).end();
    }
  });
  return { host: `tcp://localhost:${port}`, asked };
}

describe("a container's last words", () => {
  it("are its fate and the end of its log, both streams in order", async () => {
    const log = [frame(1, "one\ntwo\n"), frame(2, "Traceback:\n  ü\n"), frame(1, "three\n")];
    const { host, asked } = await engine(Buffer.concat(log));
    expect(await lastWords(host, "abc")).toBe(
      [
        "its container is restarting, exit code 3, restarted 4 times; the end of its log:",
        "    one",
        "    two",
        "    Traceback:",
        "      ü",
        "    three",
      ].join("\n"),
    );
    expect(asked.toSorted()).toEqual([
      "/containers/abc/json",
      "/containers/abc/logs?stdout=true&stderr=true&tail=20",
    ]);
  });

  it("say so where it logged nothing", async () => {
    const { host } = await engine(Buffer.alloc(0));
    expect(await lastWords(host, "abc")).toBe(
      "its container is restarting, exit code 3, restarted 4 times, and logged nothing",
    );
  });

  it("are none of a container that is gone", async () => {
    const { host } = await engine(Buffer.alloc(0));
    expect(await lastWords(host, "gone")).toBe("");
  });

  it("are none where no engine answers", async () => {
    expect(await lastWords(`tcp://localhost:${await unusedPort()}`, "abc")).toBe("");
  });

  it("are none where the engine's address is none", async () => {
    expect(await lastWords("nonsense", "abc")).toBe("");
  });
});
