import { describe, expect, it } from "vitest";
import { incompatibility } from "../../infra/compatibility.ts";
import type { ServiceConfig } from "../../infra/config/schema.ts";
import { leastServiceRead } from "./stack-config.ts";

const targets: ServiceConfig["target"][] = [leastServiceRead.target];
const registries: ServiceConfig["registry"][] = [leastServiceRead.registry];

/** What is said of every pair, registry first; a new kind is a new line. */
const verdicts: Record<string, string | undefined> = {
  "local to docker": undefined,
};

describe("whether a registry can feed a target", () => {
  it("is said of every pair", () => {
    const said = registries.flatMap((registry) =>
      targets.map((target) => [
        `${registry.kind} to ${target.kind}`,
        incompatibility("web", { ...leastServiceRead, registry, target }),
      ]),
    );
    expect(Object.fromEntries(said)).toEqual(verdicts);
  });
});
