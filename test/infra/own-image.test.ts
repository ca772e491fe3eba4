import { describe, expect, it } from "vitest";
import { ownImage } from "../../infra/own-image.ts";
import { mockEngine, urnOf } from "./mock-engine.ts";

const type = "slipway:index:Service$docker:index/image:Image";
const image = {
  imageName: "localhost:5055/web:main",
  repoDigest: `localhost:5055/web@sha256:${"1".repeat(64)}`,
};

describe("the image that a stack built last", () => {
  it("is read from the state of this very stack", async () => {
    const { invokes } = await mockEngine({ state: { [urnOf(type, "web")]: { outputs: image } } });
    expect(await ownImage("web")).toEqual({ urn: urnOf(type, "web"), ...image });
    expect(invokes).toEqual([
      ["pulumi:pulumi:readStackResourceOutputs", { stackName: "organization/slipway/dev" }],
    ]);
  });

  it("is found among other services and other resources of the same name", async () => {
    const others = { imageName: "other", repoDigest: "other" };
    const container =
      "slipway:index:Service$slipway:target:Docker$docker:index/container:Container";
    await mockEngine({
      state: {
        [urnOf(type, "my-web")]: { outputs: others },
        [urnOf(container, "web")]: { outputs: others },
        [urnOf(type, "web")]: { outputs: image },
        [urnOf(type, "web2")]: { outputs: others },
      },
    });
    expect(await ownImage("web")).toEqual({ urn: urnOf(type, "web"), ...image });
  });

  it.each<[string, Record<string, unknown>]>([
    ["of an empty stack", {}],
    ["of a stack that built other services only", { [urnOf(type, "api")]: { outputs: image } }],
    ["without outputs", { [urnOf(type, "web")]: {} }],
    ["without a digest", { [urnOf(type, "web")]: { outputs: { imageName: image.imageName } } }],
  ])("is undefined in the state %s", async (_title, state) => {
    await mockEngine({ state });
    expect(await ownImage("web")).toBeUndefined();
  });
});
