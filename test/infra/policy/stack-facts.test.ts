import { describe, expect, it } from "vitest";
import { stackFacts } from "../../../infra/policy/stack-facts.ts";

const read = (services: string) => stackFacts("dev", new Map([["slipway:services", services]]));

describe("what a stack asks for", () => {
  it("is read from its services' targets", () => {
    const services = {
      web: {
        target: { kind: "cloud-run", access: "public" },
        env: { A: "b", TOKEN: { secret: "token" }, OTHER: { ref: "other" } },
      },
      shop: { target: { kind: "docker", bind: "0.0.0.0" } },
    };
    expect(
      stackFacts("production", new Map([["slipway:services", JSON.stringify(services)]])),
    ).toEqual({
      stack: "production",
      isProduction: true,
      asked: { web: { access: "public", bind: "" }, shop: { access: "", bind: "0.0.0.0" } },
      names: new Map([
        ["web-production", "web"],
        ["shop-production", "shop"],
      ]),
      copies: new Set(["web-TOKEN"]),
    });
  });

  it("is nothing to protect in a rehearsal of production", () => {
    expect(stackFacts("production", new Map(), true).isProduction).toBe(false);
  });

  it.each(["", "no JSON", "[]", "null", '{"web": 1}'])("is nothing where %j stands", (services) => {
    const isMap = services.startsWith("{");
    expect(read(services)).toEqual({
      stack: "dev",
      isProduction: false,
      asked: isMap ? { web: { access: "", bind: "" } } : {},
      names: new Map(isMap ? [["web-dev", "web"]] : []),
      copies: new Set(),
    });
  });
});
