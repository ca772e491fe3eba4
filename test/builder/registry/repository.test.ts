import { expect, test } from "vitest";
import { Repository } from "../../../builder/registry/repository.ts";
import { keepConnections } from "../../../infra/outside.ts";
import { RegistrySession } from "../../../infra/registries/registry-session.ts";
import { listen } from "../../infra/fake-registry.ts";

test("what is not there is found out over one connection", async () => {
  const connections = new Set<unknown>();
  const { port } = await listen((request, response) => {
    connections.add(request.socket);
    response.writeHead(404, { "content-length": "12" }).end();
  });
  const session = new RegistrySession(`http://localhost:${port}`, "", {
    connections: keepConnections(),
  });
  const repository = new Repository(session, "web", new AbortController().signal);
  expect(await repository.holds(`sha256:${"0".repeat(64)}`)).toBe(false);
  await new Promise(setImmediate);
  expect(await repository.digestOf("1.0", "application/json")).toBe(undefined);
  await new Promise(setImmediate);
  expect(await repository.holds(`sha256:${"1".repeat(64)}`)).toBe(false);
  expect(connections.size).toBe(1);
});
