import { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Commit } from "../../infra/commit.ts";
import type { Source } from "../../infra/config/schema.ts";
import { imageOf, releasedImage } from "../../infra/image.ts";
import type { Registry } from "../../infra/registries/registry.ts";
import { MemoryRegistry } from "./memory-registry.ts";
import { type MockEngineArgs, mockEngine, settled, urnOf } from "./mock-engine.ts";

const hash = "0123456789abcdef0123456789abcdef01234567";
const commit: Commit = { id: hash, branch: "feature/x", differences: [] };
const digest = `sha256:${"1".repeat(64)}`;
const otherDigest = `sha256:${"2".repeat(64)}`;
const repository = "localhost:5055/web";
const imageUrn = urnOf("slipway:index:Service$docker:index/image:Image", "web");

beforeEach(() => {
  vi.stubEnv("SLIPWAY_REBUILD", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

interface Delivery {
  readonly registry?: Registry;
  readonly commit?: Commit;
  readonly source?: Source;
  readonly engine?: MockEngineArgs;
}

const leastSource: Source = { context: "app", args: {} };

/** One call of imageOf with what it registered beside the service and the provider. */
async function deliver({ registry = new MemoryRegistry(), engine, ...given }: Delivery) {
  const push = () => `${repository}@${digest}`;
  const { resources } = await mockEngine({ push, ...engine });
  const parent = new pulumi.ComponentResource("slipway:index:Service", "web");
  const docker = new Provider("docker", {});
  const { commit: of = commit, source = leastSource } = given;
  const image = await imageOf("web", { source, registry, commit: of, parent, docker });
  return {
    image: await settled(image),
    images: resources.filter(
      ({ name, type }) => name === "web" && type !== "slipway:index:Service",
    ),
  };
}

/** The resource of an image that is built now. */
function built(imageName: string, build: object, more: object = {}) {
  return {
    type: "docker:index/image:Image",
    name: "web",
    parent: urnOf("slipway:index:Service", "web"),
    provider: urnOf("pulumi:providers:docker", "docker"),
    inputs: { imageName, build, buildOnPreview: false, skipPush: false, ...more },
    options: {},
  };
}

const leastBuild = {
  context: "../app",
  dockerfile: "../app/Dockerfile",
  args: { app_commit: hash, app_branch: "feature/x" },
};

/** The state of a stack that built an image of a commit. */
function stateWith(id: string, repoDigest: string): MockEngineArgs {
  return { state: { [imageUrn]: { outputs: { imageName: `${repository}:${id}`, repoDigest } } } };
}

describe("the image of a commit", () => {
  it("is built where nobody has built it", async () => {
    const { image, images } = await deliver({});
    expect(images).toEqual([built(`${repository}:${hash}`, leastBuild)]);
    expect(image).toBe(`${repository}@${digest}`);
  });

  it("is built as the source says, and what bakes the commit in has the last word", async () => {
    const { images } = await deliver({
      source: {
        context: "app/web",
        dockerfile: "docker/Web",
        stage: "debug",
        args: { VERSION: "1", app_commit: "forged" },
        platform: "linux/amd64",
      },
      commit: {
        ...commit,
        committedAt: "2026-03-01T12:00:00+00:00",
        source: "https://example.com/team/app",
      },
    });
    expect(images).toEqual([
      built(`${repository}:${hash}`, {
        context: "../app/web",
        dockerfile: "../docker/Web",
        target: "debug",
        platform: "linux/amd64",
        args: {
          VERSION: "1",
          app_commit: hash,
          app_branch: "feature/x",
          app_created: "2026-03-01T12:00:00+00:00",
          app_source: "https://example.com/team/app",
        },
      }),
    ]);
  });

  it("of the whole checkout takes the Dockerfile at its root", async () => {
    const { images } = await deliver({ source: { context: ".", args: {} } });
    expect(images).toEqual([
      built(`${repository}:${hash}`, { ...leastBuild, context: "..", dockerfile: "../Dockerfile" }),
    ]);
  });

  it("that differs from its commit is built under a name of its own", async () => {
    const id = `${hash}-dirty-0123456789ab`;
    const { images } = await deliver({ commit: { ...commit, id, differences: ["app/main.py"] } });
    const args = { ...leastBuild.args, app_commit: id };
    expect(images).toEqual([built(`${repository}:${id}`, { ...leastBuild, args })]);
  });

  it("is pushed with the registry's credentials, the password as a secret", async () => {
    const credentials = {
      server: "localhost:5055",
      username: "someone",
      password: pulumi.secret("hunter2"),
    };
    const registry = Object.assign(new MemoryRegistry(), { credentials });
    const { images } = await deliver({ registry });
    const sent = { server: "localhost:5055", username: "someone", password: { secret: "hunter2" } };
    expect(images).toEqual([built(`${repository}:${hash}`, leastBuild, { registry: sent })]);
  });

  it("stays this stack's own resource while nothing changed", async () => {
    const { image, images } = await deliver({
      registry: new MemoryRegistry({ [hash]: digest }),
      engine: stateWith(hash, `${repository}@${digest}`),
    });
    // Another branch or another argument for the same commit must not build it again: that would move its tag.
    const options = { ignoreChanges: ["build.args", "build.target", "build.platform"] };
    expect(images).toEqual([{ ...built(`${repository}:${hash}`, leastBuild), options }]);
    expect(image).toBe(`${repository}@${digest}`);
  });

  it("is taken where a rebuild is asked for and the registry still holds it", async () => {
    vi.stubEnv("SLIPWAY_REBUILD", "on");
    const { image, images } = await deliver({
      registry: new MemoryRegistry({ [hash]: digest }),
      engine: stateWith(hash, `${repository}@${digest}`),
    });
    expect(images).toEqual([]);
    expect(image).toBe(`${repository}@${digest}`);
  });

  it("is built after another commit that this stack built", async () => {
    const { images } = await deliver({
      engine: stateWith("f".repeat(40), `${repository}@${otherDigest}`),
    });
    expect(images).toEqual([built(`${repository}:${hash}`, leastBuild)]);
  });

  it.each<[string, MockEngineArgs]>([
    ["somebody else built", {}],
    [
      "somebody else built, after another one of this stack",
      stateWith("f".repeat(40), `${repository}@${digest}`),
    ],
    [
      "somebody else pushed in place of this stack's",
      stateWith(hash, `${repository}@${otherDigest}`),
    ],
  ])("is taken and not built where %s", async (_title, engine) => {
    const registry = new MemoryRegistry({ [hash]: digest });
    const { image, images } = await deliver({ registry, engine });
    expect(images).toEqual([]);
    expect(image).toBe(`${repository}@${digest}`);
  });

  it("that the registry has lost is named together with both ways to build it again", async () => {
    const own = `${repository}@${digest}`;
    await expect(deliver({ engine: stateWith(hash, own) })).rejects.toThrow(
      new pulumi.RunError(
        `web: the registry has lost ${own}, which this stack built; build it again with npm start -- --rebuild, or with SLIPWAY_REBUILD=on pulumi up --replace '${imageUrn}'`,
      ),
    );
  });

  it("that the registry has lost is built again where that is asked for", async () => {
    vi.stubEnv("SLIPWAY_REBUILD", "on");
    const { images } = await deliver({ engine: stateWith(hash, `${repository}@${digest}`) });
    expect(images).toEqual([built(`${repository}:${hash}`, leastBuild)]);
  });

  it("is not built again on request where the registry holds somebody else's", async () => {
    vi.stubEnv("SLIPWAY_REBUILD", "on");
    const registry = new MemoryRegistry({ [hash]: digest });
    expect((await deliver({ registry })).images).toEqual([]);
  });

  it("has no digest in a preview before it is built", async () => {
    const { images, image } = await deliver({ engine: { preview: true } });
    expect(images).toEqual([built(`${repository}:${hash}`, leastBuild)]);
    expect(image).toBeUndefined();
  });
});

describe("the image of an earlier release", () => {
  it("is looked up and no resource", async () => {
    const { resources } = await mockEngine();
    const registry = new MemoryRegistry({ [hash]: digest });
    const image = await releasedImage("web", registry, hash);
    expect(await settled(image)).toBe(`${repository}@${digest}`);
    expect(resources).toEqual([]);
  });

  it("is refused where the registry holds none", async () => {
    await mockEngine();
    await expect(releasedImage("web", new MemoryRegistry(), hash)).rejects.toThrow(
      new pulumi.RunError(
        `slipway:release: ${repository} holds no image of ${hash} for web; name a commit that was delivered from there`,
      ),
    );
  });
});
