import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ask } from "../../../infra/outside.ts";
import type { Cloud } from "../../../rehearsal/cloud/cloud.ts";
import { allowToken, setRoute } from "../../../rehearsal/cloud/routes.ts";
import { freePort } from "../../../rehearsal/free-port.ts";
import { openFrontDoor } from "../../../rehearsal/outside/front-door.ts";
import { temporaryCloud } from "./temporary-cloud.ts";

const host = "web-oiibs6nkdq-ew.a.run.app";
const url = new URL(`https://${host}/where?x=1`);

/** Lets the front door play the outside, before a registry that does not answer. */
async function open(cloud: Cloud): Promise<void> {
  const door = await openFrontDoor({ cloud, registry: `127.0.0.1:${await freePort()}` });
  onTestFinished(() => door.close());
  vi.stubEnv("SLIPWAY_OUTSIDE", door.address);
  onTestFinished(() => void vi.unstubAllEnvs());
}

async function workload(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("a workload behind the front door", () => {
  it("is asked what its visitor asks, and answers for itself", async () => {
    const cloud = temporaryCloud();
    const port = await workload(async (request, response) => {
      const { method, url, headers } = request;
      const chunks = (await request.toArray()) as Buffer[];
      response.writeHead(418, { "x-served-by": "workload" });
      response.end(
        `${method} ${url} ${headers.host} ${headers["x-asked"]} ${Buffer.concat(chunks)}`,
      );
    });
    setRoute(cloud, host, { port, public: true });
    await open(cloud);
    const headers = { "x-asked": "yes" };
    const answer = await ask(url, { method: "POST", headers, body: Buffer.from("body") });
    expect(answer.status).toBe(418);
    expect(answer.headers["x-served-by"]).toBe("workload");
    expect(answer.body.toString()).toBe(`POST /where?x=1 ${host} yes body`);
  });

  it("is missed at a host that nobody has", async () => {
    await open(temporaryCloud());
    const { status, body } = await ask(url);
    expect([status, body.toString()]).toEqual([404, "404 Not Found\n"]);
  });

  it.each([
    ["nothing", 403, {}],
    ["a token of nobody", 403, { authorization: "Bearer other" }],
    ["a token for another audience", 403, { authorization: "Bearer elsewhere" }],
    ["a password", 403, { authorization: "Basic bWU6cHc=" }],
    ["its token", 200, { authorization: "Bearer right" }],
  ])("that is private answers %s by %i", async (_what, status, headers) => {
    const cloud = temporaryCloud();
    const port = await workload((_request, response) => response.end("secret"));
    setRoute(cloud, host, { port, public: false });
    allowToken(cloud, "right", `https://${host}`);
    allowToken(cloud, "elsewhere", "https://api-oiibs6nkdq-ew.a.run.app");
    await open(cloud);
    const answer = await ask(url, { headers });
    expect([answer.status, answer.body.toString()]).toEqual([
      status,
      status === 200 ? "secret" : "403 Forbidden\n",
    ]);
  });

  it("that does not listen is a bad gateway", async () => {
    const cloud = temporaryCloud();
    setRoute(cloud, host, { port: await freePort(), public: true });
    await open(cloud);
    const { status, body } = await ask(url);
    expect([status, body.toString()]).toEqual([502, "Bad Gateway: ECONNREFUSED\n"]);
  });

  it("that hangs up in the middle is not taken for one that has said all", async () => {
    const cloud = temporaryCloud();
    const port = await workload((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    setRoute(cloud, host, { port, public: true });
    await open(cloud);
    await expect(ask(url)).rejects.toThrow("aborted");
  });
});

describe("a registry behind the front door", () => {
  it("is a bad gateway where this machine's registry does not answer", async () => {
    const cloud = temporaryCloud();
    cloud.put("aws/ecr-repository", "123456789012/eu-west-1/web", {});
    await open(cloud);
    const asked = new URL(
      "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/web/manifests/x",
    );
    const headers = { authorization: `Basic ${btoa("AWS:token")}` };
    const { status, body } = await ask(asked, { headers });
    expect([status, body.toString()]).toEqual([502, "Bad Gateway: ECONNREFUSED\n"]);
  });
});
