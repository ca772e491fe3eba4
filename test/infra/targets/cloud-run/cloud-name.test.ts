import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { cloudName } from "../../../../infra/targets/cloud-run/cloud-name.ts";

const services = { least: 1, most: 49 };
const accounts = { least: 6, most: 30 };

async function named(service: string, stack: string, bounds: typeof services): Promise<string> {
  await pulumi.runtime.setMocks(
    { newResource: ({ inputs }) => ({ id: "", state: inputs }), call: () => ({}) },
    "slipway",
    stack,
  );
  return cloudName(service, bounds);
}

describe("the name of a service in its project", () => {
  it.each([
    ["web", "staging", services, "web-staging"],
    ["a", "dev", accounts, "a-dev-2e3e68"],
    ["web", "Feature_X", services, "web-feature-x-cb0380"],
    ["web", "feature-x", services, "web-feature-x"],
    ["web", "x.", services, "web-x-f904f3"],
    ["a".repeat(38), "production", services, `${"a".repeat(38)}-production`],
    ["a".repeat(38), "productions", services, `${"a".repeat(38)}-pro-c7ffad`],
    ["storefront-checkout", "production", accounts, "storefront-checkout-production"],
    ["storefront-checkouts", "production", accounts, "storefront-checkouts-pr-7fbc01"],
  ])("of %s in stack %s within %j is %s", async (service, stack, bounds, expected) => {
    expect(await named(service, stack, bounds)).toBe(expected);
  });

  it("is another for another stack, however long", async () => {
    const long = "a".repeat(38);
    const one = await named(long, "production-europe-1", accounts);
    const other = await named(long, "production-europe-2", accounts);
    expect(one).not.toBe(other);
    expect([one.length, other.length]).toEqual([30, 30]);
  });
});
