import type * as http from "node:http";
import { RunError } from "@pulumi/pulumi/errors.js";
import { expect, it, vi } from "vitest";
import { Distribution } from "../../../infra/registries/distribution.ts";
import { listen } from "../fake-registry.ts";

// Ten seconds are too long for a test: what is asked for is written down, and a fiftieth of it is waited.
const { timeouts } = vi.hoisted(() => {
  const timeouts: unknown[] = [];
  const builtin = process.getBuiltinModule;
  vi.spyOn(process, "getBuiltinModule").mockImplementation((name: string) => {
    if (name !== "node:http") return builtin(name);
    const request = (
      url: string,
      options: http.RequestOptions,
      answered: (response: http.IncomingMessage) => void,
    ) => {
      timeouts.push(options.timeout);
      const timeout = (options.timeout ?? 0) / 50;
      return builtin("node:http").request(url, { ...options, timeout }, answered);
    };
    return { ...builtin("node:http"), request };
  });
  return { timeouts };
});

it("gives up on a registry that takes the connection and never answers", async () => {
  const { port } = await listen(() => {});
  const distribution = new Distribution(`http://localhost:${port}`, "web", "mend it so");
  await expect(distribution.digestOf("main")).rejects.toThrow(
    new RunError(
      `registry http://localhost:${port}: does not answer (no answer within 10 s); mend it so`,
    ),
  );
  expect(timeouts).toEqual([10_000]);
});
