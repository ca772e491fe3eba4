import { RunError } from "@pulumi/pulumi/errors.js";
import { expect, it, vi } from "vitest";
import { Distribution } from "../../../infra/registries/distribution.ts";
import { listen } from "../fake-registry.ts";

it("gives up on a registry that takes the connection and never answers", async () => {
  // Ten seconds are too long for a test: what is asked for is written down, and a fiftieth of it is waited.
  const asked: number[] = [];
  const { setTimeout: clock } = globalThis;
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((
    act: () => void,
    milliseconds: number,
  ) => {
    asked.push(milliseconds);
    return clock(act, milliseconds / 50);
  }) as typeof setTimeout);
  const { port } = await listen(() => {});
  const distribution = new Distribution(`http://localhost:${port}`, "web", "mend it so");
  await expect(distribution.digestOf("main")).rejects.toThrow(
    new RunError(
      `registry http://localhost:${port}: does not answer (no answer within 10 s); mend it so`,
    ),
  );
  expect(asked).toEqual([10_000]);
});
