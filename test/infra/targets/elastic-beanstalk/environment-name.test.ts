import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { environmentName } from "../../../../infra/targets/elastic-beanstalk/environment-name.ts";

/** The name in a stack of a project. */
async function nameIn(project: string, stack: string, service: string, application = "acme") {
  const mocks = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, project, stack);
  return environmentName(service, { application, environment: undefined });
}

describe("the name of an environment", () => {
  it("is legible, and nobody else's: another project, stack, service or application has another one", async () => {
    const names = [
      await nameIn("slipway", "production", "web"),
      await nameIn("slipway", "staging", "web"),
      await nameIn("slipway", "production", "api"),
      await nameIn("other", "production", "web"),
      await nameIn("slipway", "production", "web", "other"),
    ];
    expect(names.map((name) => name.replace(/[0-9a-f]{8}$/, "#"))).toEqual([
      "web-production-#",
      "web-staging-#",
      "api-production-#",
      "web-production-#",
      "web-production-#",
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("is one that Elastic Beanstalk takes, however long and odd the stack's name is", async () => {
    const names = [
      await nameIn("slipway", "a".repeat(100), "w"),
      await nameIn("slipway", "feature_x.y", "web"),
      await nameIn("slipway", "production", `a${"-".repeat(36)}b`),
      await nameIn("slipway", `${"b".repeat(28)}_c`, "w"),
    ];
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9-]{2,38}[A-Za-z0-9]$/);
    expect(names[1]).toMatch(/^web-feature-x-y-[0-9a-f]{8}$/);
  });

  it("is the adopted one's where an environment is adopted", () => {
    expect(environmentName("web", { application: "acme", environment: "acme-prod" })).toBe(
      "acme-prod",
    );
  });
});
