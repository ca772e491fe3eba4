import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ask, keepConnections, type Question } from "../../infra/outside.ts";
import { listen } from "./fake-registry.ts";

/** A server, and what it was asked: each time the number of the connection, from 1, and the method. */
async function server(
  answer: (request: IncomingMessage, response: ServerResponse, asked: readonly string[]) => void,
) {
  const connections: Socket[] = [];
  const asked: string[] = [];
  const { port } = await listen((request, response) => {
    if (!connections.includes(request.socket)) connections.push(request.socket);
    asked.push(`${connections.indexOf(request.socket) + 1} ${request.method}`);
    request.resume().on("end", () => answer(request, response, asked));
  });
  const url = new URL(`http://localhost:${port}/`);
  return { asked, ask: async (question: Question) => (await ask(url, question)).status };
}

const well = (_request: IncomingMessage, response: ServerResponse) => void response.end("well");

/** As one that closes a connection just when it is used again. */
function breaksOff(request: IncomingMessage, response: ServerResponse, asked: readonly string[]) {
  if (asked.length === 2) request.socket.destroy();
  else response.end();
}

describe("a question", () => {
  it("has a connection of its own", async () => {
    const { ask, asked } = await server(well);
    await ask({});
    await ask({});
    expect(asked).toEqual(["1 GET", "2 GET"]);
  });

  it("without a body goes over a connection that is kept, where there is one", async () => {
    const { ask, asked } = await server(well);
    const connections = keepConnections();
    await ask({ connections });
    await ask({ connections, method: "POST" });
    await ask({ connections, method: "PUT", body: Buffer.from("body") });
    await ask({ connections, method: "HEAD" });
    expect(asked).toEqual(["1 GET", "1 POST", "2 PUT", "1 HEAD"]);
  });

  it("that changes nothing is asked again where the kept connection was closed meanwhile", async () => {
    const { ask, asked } = await server(breaksOff);
    const connections = keepConnections();
    await ask({ connections });
    expect(await ask({ connections })).toBe(200);
    expect(asked).toEqual(["1 GET", "1 GET", "2 GET"]);
  });

  it("that may change something is not", async () => {
    const { ask, asked } = await server(breaksOff);
    const connections = keepConnections();
    await ask({ connections });
    await expect(ask({ connections, method: "POST" })).rejects.toThrow("socket hang up");
    expect(asked).toEqual(["1 GET", "1 POST"]);
  });

  it("is not asked again once it has an answer, though that breaks off", async () => {
    const { ask, asked } = await server((request, response, { length }) => {
      response.writeHead(200, { "content-length": "9" }).write("well");
      if (length === 1) response.end("-well");
      else setImmediate(() => request.socket.resetAndDestroy());
    });
    const connections = keepConnections();
    await ask({ connections });
    await expect(ask({ connections })).rejects.toThrow("aborted");
    await ask({ connections, method: "HEAD" }).catch(() => {});
    expect(asked).toEqual(["1 GET", "1 GET", "2 HEAD"]);
  });

  it("leaves no clock running once it is answered, or has failed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { ask } = await server(breaksOff);
    await ask({ milliseconds: 3_600_000 });
    await expect(ask({ milliseconds: 3_600_000 })).rejects.toThrow("socket hang up");
    await ask({ milliseconds: 3_600_000, connections: keepConnections() });
    await new Promise(setImmediate);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not asked again where a fresh connection breaks", async () => {
    const { ask, asked } = await server((request) => request.socket.destroy());
    await expect(ask({ connections: keepConnections() })).rejects.toThrow("socket hang up");
    expect(asked).toEqual(["1 GET"]);
  });
});
