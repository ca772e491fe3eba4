import { describe, expect, it } from "vitest";
import { openLocal } from "../../../infra/registries/local.ts";
import { openRegistry } from "../../../infra/registries/registry.ts";
import { fakeRegistry, unusedPort } from "../fake-registry.ts";
import { registryContract } from "./contract.ts";
import { noAccess } from "./logins.ts";

describe("this machine's own registry", () => {
  registryContract(async () => {
    const { port, hold, manifests, requests } = await fakeRegistry();
    return {
      registry: openLocal("web", { kind: "local", port, repository: "team/app" }),
      repository: `localhost:${port}/team/app`,
      hold: (manifest, tag) => hold("team/app", manifest, tag),
      held: (tag) => manifests.get(`team/app:${tag}`),
      writes: () => requests.filter((request) => request.startsWith("PUT ")).length,
    };
  });

  it("calls the repository after the service where none is named", async () => {
    const registry = await openRegistry("web", { kind: "local", port: 5055 }, noAccess);
    expect(registry.repository).toBe("localhost:5055/web");
  });

  it("needs no credentials", () => {
    expect(openLocal("web", { kind: "local", port: 5055 })).not.toHaveProperty("credentials");
  });

  it("says how to start it again when it does not answer", async () => {
    const port = await unusedPort();
    const registry = openLocal("web", { kind: "local", port });
    await expect(registry.digestOf("main")).rejects.toThrow(
      /^registry http:\/\/localhost:\d+: does not answer \(.*ECONNREFUSED.*\); start the registry that is to listen on port \d+$/,
    );
  });
});
