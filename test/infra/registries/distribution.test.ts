import type { RequestListener } from "node:http";
import { RunError } from "@pulumi/pulumi/errors.js";
import { describe, expect, it } from "vitest";
import { Distribution } from "../../../infra/registries/distribution.ts";
import { fakeRegistry, listen, unusedPort } from "../fake-registry.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const type = "application/vnd.oci.image.manifest.v1+json";

async function answeredBy(listener: RequestListener) {
  const { port } = await listen(listener);
  const origin = `http://localhost:${port}`;
  return { origin, distribution: new Distribution(origin, "team/app", "mend it so") };
}

function refuse(): never {
  throw new Error("nothing failed");
}

describe("the digest of a reference", () => {
  it("is what the registry says it is, asked for without a body", async () => {
    const { port, hold, requests } = await fakeRegistry();
    const held = hold("team/app", { type, content: Buffer.from("{}") }, "main");
    const distribution = new Distribution(`http://localhost:${port}`, "team/app", "");
    expect(await distribution.digestOf("main")).toBe(held);
    expect(requests).toEqual(["HEAD /v2/team/app/manifests/main"]);
  });

  it("is waited for while the registry takes its time", async () => {
    const { distribution } = await answeredBy((_request, response) => {
      setTimeout(() => response.writeHead(200, { "docker-content-digest": digest }).end(), 200);
    });
    expect(await distribution.digestOf("main")).toBe(digest);
  });

  it("is undefined where the registry holds none", async () => {
    const { distribution } = await answeredBy((_request, response) => {
      response.writeHead(404).end();
    });
    expect(await distribution.digestOf("main")).toBeUndefined();
  });

  it.each([401, 403, 429, 500, 503])("is refused with status %i", async (status) => {
    const { origin, distribution } = await answeredBy((_request, response) => {
      response.writeHead(status).end();
    });
    await expect(distribution.digestOf("main")).rejects.toThrow(
      new RunError(
        `registry ${origin}: answered ${status} when asked to look up team/app:main; mend it so`,
      ),
    );
  });

  it("is never made up where the registry does not name it", async () => {
    const { distribution } = await answeredBy((_request, response) => {
      response.writeHead(200).end();
    });
    await expect(distribution.digestOf("main")).rejects.toBeInstanceOf(RunError);
  });

  it("cannot be had where nothing listens", async () => {
    const origin = `http://localhost:${await unusedPort()}`;
    const distribution = new Distribution(origin, "team/app", "mend it so");
    const { message } = await distribution.digestOf("main").then(refuse, (error: Error) => error);
    // The reason is shorter where localhost has two addresses.
    expect(message.replace(/connect (ECONNREFUSED) [^)]+/, "$1")).toBe(
      `registry ${origin}: does not answer (ECONNREFUSED); mend it so`,
    );
  });

  it("cannot be had where the connection is cut", async () => {
    const { origin, distribution } = await answeredBy((request) => {
      request.socket.destroy();
    });
    await expect(distribution.digestOf("main")).rejects.toThrow(
      new RunError(`registry ${origin}: does not answer (socket hang up); mend it so`),
    );
  });
});

describe("a further tag", () => {
  const manifest = { type, content: Buffer.from([0x7b, 0x20, 0xc3, 0xbc, 0x0a, 0x7d]) };

  it("takes a look, a read and a write", async () => {
    const { port, hold, manifests, requests } = await fakeRegistry();
    const held = hold("team/app", manifest);
    await new Distribution(`http://localhost:${port}`, "team/app", "").tag(held, "main");
    expect(requests).toEqual([
      "HEAD /v2/team/app/manifests/main",
      `GET /v2/team/app/manifests/${held}`,
      "PUT /v2/team/app/manifests/main",
    ]);
    expect(manifests.get("team/app:main")).toEqual(manifest);
  });

  it("takes a look only where it is right already", async () => {
    const { port, hold, requests } = await fakeRegistry();
    const held = hold("team/app", manifest, "main");
    await new Distribution(`http://localhost:${port}`, "team/app", "").tag(held, "main");
    expect(requests).toEqual(["HEAD /v2/team/app/manifests/main"]);
  });

  it("of an image that is gone says that it cannot be read", async () => {
    const { origin, distribution } = await answeredBy((_request, response) => {
      response.writeHead(404).end();
    });
    await expect(distribution.tag(digest, "main")).rejects.toThrow(
      new RunError(
        `registry ${origin}: answered 404 when asked to read team/app:${digest}; mend it so`,
      ),
    );
  });

  it.each([200, 401, 405, 500])("that is answered with %i is not set", async (status) => {
    const { origin, distribution } = await answeredBy((request, response) => {
      if (request.method === "HEAD") response.writeHead(404).end();
      else if (request.method === "GET")
        response.writeHead(200, { "content-type": type }).end("{}");
      else response.writeHead(status).end();
    });
    await expect(distribution.tag(digest, "main")).rejects.toThrow(
      new RunError(
        `registry ${origin}: answered ${status} when asked to tag team/app:main; mend it so`,
      ),
    );
  });

  it("fails where the manifest breaks off", async () => {
    const { origin, distribution } = await answeredBy((request, response) => {
      if (request.method === "HEAD") {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { "content-type": type, "content-length": "100" });
      response.write("{", () => response.destroy());
    });
    await expect(distribution.tag(digest, "main")).rejects.toThrow(
      new RunError(`registry ${origin}: does not answer (aborted); mend it so`),
    );
  });
});
