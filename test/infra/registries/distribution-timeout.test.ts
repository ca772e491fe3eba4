import type * as http from "node:http";
import { RunError } from "@pulumi/pulumi/errors.js";
import { expect, it, vi } from "vitest";
import { Distribution } from "../../../infra/registries/distribution.ts";
import { listen } from "../fake-registry.ts";

const { timeouts } = vi.hoisted(() => ({ timeouts: [] as unknown[] }));

// Ten seconds are too long for a test: what is asked for is written down, and a fiftieth of it is waited.
vi.mock("node:http", async (original) => {
  const actual = await original<typeof http>();
  const request = (
    url: string,
    options: http.RequestOptions,
    answered: (response: http.IncomingMessage) => void,
  ) => {
    timeouts.push(options.timeout);
    return actual.request(url, { ...options, timeout: (options.timeout ?? 0) / 50 }, answered);
  };
  return { ...actual, request };
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
