import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Delivery } from "../../rehearsal/deliver.ts";
import { prepareDelivery, type TestDelivery } from "./delivery.ts";
import { clearEngine, docker, runByHand } from "./engine.ts";
import { served } from "./served.ts";

let at: TestDelivery;
let first: Delivery;

beforeAll(async () => {
  at = await prepareDelivery();
  first = await at.deliver();
});
afterAll(() => at?.clear());

/** What of the registry, the state and the engine a run that changes nothing leaves as it is. */
async function everything() {
  const containers = await at.containers();
  return {
    pushes: await at.registry.pushes(),
    digest: await at.registry.digestOf(at.head()),
    resources: at.resources(),
    containers: containers.map(({ Id, State }) => ({ id: Id, startedAt: State.StartedAt })),
  };
}

async function requestsToRelease(): Promise<number> {
  const [container] = await at.containers();
  const log = await docker.getContainer(container?.Id ?? "").logs({ stdout: true, stderr: true });
  return log.toString("utf8").match(/"GET \/ HTTP/g)?.length ?? 0;
}

describe("the first delivery", () => {
  test("ends with one JSON object that names the stack, the provider, the seconds and what is served", async () => {
    const digest = await at.registry.digestOf(at.head());
    expect(first).toStrictEqual({
      stack: "dev",
      provider: "stand-in",
      seconds: { setup: expect.any(Number), up: expect.any(Number) },
      services: {
        web: {
          url: at.url,
          image: `localhost:${at.registry.port}/web@${digest}`,
          commit: at.head(),
          branch: "main",
          servedCommit: at.head(),
        },
      },
    });
  });

  test("serves the commit and the branch at its URL", async () => {
    expect(await served(at.url)).toStrictEqual({ commit: at.head(), branch: "main" });
  });

  test("runs the image that is in the registry, by its digest", async () => {
    const image = first.services.web?.image ?? "";
    const { Id, RepoDigests } = await docker.getImage(image).inspect();
    expect(RepoDigests).toStrictEqual([image]);
    const containers = await at.containers();
    expect(containers.map(({ Image, Config }) => [Image, Config.Image])).toStrictEqual([
      [Id, image],
    ]);
  });

  test("names the branch by a tag with the same digest", async () => {
    expect(await at.registry.digestOf("main")).toBe(await at.registry.digestOf(at.head()));
  });
});

describe("nothing changed", () => {
  test("a second run builds, pushes and changes nothing", async () => {
    const before = await everything();
    const again = await at.deliver();
    expect({ ...again, seconds: first.seconds }).toStrictEqual(first);
    expect(await everything()).toStrictEqual(before);
  });

  test("npm start itself prints the JSON object on stdout and nothing else", async () => {
    const { code, stdout } = await at.npm(["start", "--silent", "--", "--json"]);
    expect(code).toBe(0);
    expect({ ...JSON.parse(stdout), seconds: first.seconds }).toStrictEqual(first);
  });

  test("pulumi preview sends no request to the URL and prints no change", async () => {
    const [before, requests] = [await everything(), await requestsToRelease()];
    const { code, stdout } = await at.pulumi(["preview", "--diff", "--expect-no-changes"]);
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => line.trim() !== "")).toStrictEqual([
      "Previewing update (dev):",
      "  pulumi:pulumi:Stack: (same)",
      "    [urn=urn:pulumi:dev::slipway::pulumi:pulumi:Stack::slipway-dev]",
      "Resources:",
      "    6 unchanged",
    ]);
    expect(await requestsToRelease()).toBe(requests);
    expect(await everything()).toStrictEqual(before);
  });
});

describe("a new commit", () => {
  test("with one line of the app changed makes and pushes one layer, and replaces the container", async () => {
    const [oldCommit, before] = [at.head(), await everything()];
    at.edit("app/src/main.py", (text) => text.replace("A small web app", "A little web app"));
    const commit = at.commit("Say little");
    const { services } = await at.deliver();
    const [oldLayers, layers] = await Promise.all([
      at.registry.layersOf(oldCommit),
      at.registry.layersOf(commit),
    ]);
    expect(layers).toHaveLength(oldLayers.length);
    expect(layers.filter((layer) => !oldLayers.includes(layer))).toHaveLength(1);
    // The layer and the image's own configuration; the tags of the commit, of the branch, of what runs and what ran before.
    expect(await at.registry.pushes()).toStrictEqual({
      blobs: before.pushes.blobs + 2,
      manifests: before.pushes.manifests + 4,
    });
    expect(services.web?.servedCommit).toBe(commit);
    expect(await served(at.url)).toStrictEqual({ commit, branch: "main" });
    const after = await everything();
    expect(after.containers).toHaveLength(1);
    expect(after.containers[0]?.id).not.toBe(before.containers[0]?.id);
  });

  test("with only a document outside the build context changed makes and pushes no layer", async () => {
    const [oldCommit, before] = [at.head(), await everything()];
    at.edit("README.md", (text) => `${text}\nOne more line.\n`);
    const commit = at.commit("Tell more");
    const { services } = await at.deliver();
    expect(await at.registry.layersOf(commit)).toStrictEqual(await at.registry.layersOf(oldCommit));
    expect(await at.registry.pushes()).toStrictEqual({
      blobs: before.pushes.blobs + 1,
      manifests: before.pushes.manifests + 4,
    });
    expect(services.web?.servedCommit).toBe(commit);
    expect(await served(at.url)).toStrictEqual({ commit, branch: "main" });
  });
});

describe("an earlier release", () => {
  test("comes back without a build, and the next start delivers the commit again without one", async () => {
    const { commit = "", image } = first.services.web ?? {};
    const { blobs, manifests } = await at.registry.pushes();
    const back = await at.deliver(["--release", commit]);
    expect(back.services.web).toMatchObject({ image, commit, servedCommit: commit });
    expect(await served(at.url)).toStrictEqual({ commit, branch: "main" });

    const forth = await at.deliver();
    expect(forth.services.web?.servedCommit).toBe(at.head());
    // What runs and what ran before change their tags each time.
    expect(await at.registry.pushes()).toStrictEqual({ blobs, manifests: manifests + 4 });
  });
});

describe("npm stop", () => {
  test("takes everything down, and npm start brings it back", async () => {
    const { code, stdout } = await at.npm(["stop", "--silent"]);
    expect({ code, stdout }).toStrictEqual({ code: 0, stdout: "" });
    expect(await at.containers()).toStrictEqual([]);
    expect(at.resources()).toStrictEqual([]);

    const { services } = await at.deliver();
    expect(services.web?.servedCommit).toBe(at.head());
    expect(await served(at.url)).toStrictEqual({ commit: at.head(), branch: "main" });
  });

  test("leaves the image in the registry, and pulled from there and run by hand it answers on port 8000", async () => {
    const image = `localhost:${at.registry.port}/web@${await at.registry.digestOf(at.head())}`;
    await at.run("stop");
    await clearEngine(`localhost:${at.registry.port}/`);
    const url = await runByHand(image);
    expect(await served(url)).toStrictEqual({ commit: at.head(), branch: "main" });
  });
});
