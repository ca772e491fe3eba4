import { Container } from "@pulumi/docker/container.js";
import { getRegistryImageOutput } from "@pulumi/docker/getRegistryImage.js";
import { getRemoteImageOutput } from "@pulumi/docker/getRemoteImage.js";
import { Image } from "@pulumi/docker/image.js";
import { Network } from "@pulumi/docker/network.js";
import { Provider } from "@pulumi/docker/provider.js";
import { RegistryImage } from "@pulumi/docker/registryImage.js";
import { RemoteImage } from "@pulumi/docker/remoteImage.js";
import { Tag } from "@pulumi/docker/tag.js";
import { Volume, type VolumeArgs } from "@pulumi/docker/volume.js";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { docker } from "../../engine.ts";
import { type PrivateRegistry, startPrivateRegistry } from "../../private-registry.ts";
import { type RehearsedStack, rehearsedStack } from "./rehearsed-stack.ts";

// RemoteImage, RegistryImage, Tag, Volume, Network and the two functions, through the real engines of Pulumi and Docker.

let registry: PrivateRegistry;
let stack: RehearsedStack;

beforeAll(async () => {
  registry = await startPrivateRegistry();
});
afterAll(() => registry.remove());
beforeEach(async () => {
  stack = await rehearsedStack();
  stack.write("Dockerfile", `FROM scratch\nLABEL stack=${stack.id}\n`);
});
afterEach(() => stack.dispose());

const name = (tag = "1") => `127.0.0.1:${registry.port}/${stack.id}:${tag}`;
const image = (tag = "1", skipPush = false) =>
  new Image("web", {
    imageName: name(tag),
    skipPush,
    build: { context: ".", platform: "linux/amd64" },
  });
const own = (steps: readonly string[]) => steps.map((step) => step.replaceAll(stack.id, "it"));
const open = (address = `http://127.0.0.1:${registry.port}`) =>
  new Provider("open", { registryAuth: [{ address, authDisabled: true }] });
const headOf = async (tag: string) =>
  (
    await fetch(`http://127.0.0.1:${registry.port}/v2/${stack.id}/manifests/${tag}`, {
      method: "HEAD",
    })
  ).status;

test("a volume takes up one of the same name, keeps its data over previews, and is removed", async () => {
  const volume = `${stack.id}-data`;
  await docker.createVolume({ Name: volume });
  const program = (args: VolumeArgs) => async () => {
    const made = new Volume("data", args);
    return { id: made.id, mountpoint: made.mountpoint, driver: made.driver };
  };
  const { outputs } = await stack.up(program({ name: volume }));
  expect(outputs.id?.value).toBe(volume);
  expect(outputs.driver?.value).toBe("local");
  expect((await stack.preview(program({ name: volume }))).steps).toEqual([]);
  const labels = [{ label: "a", value: "1" }];
  expect((await stack.preview(program({ name: volume, labels }))).steps).toEqual([
    "delete-replaced data",
    "replace data: labels",
    "create-replacement data: labels",
  ]);
  await stack.destroy();
  await expect(docker.getVolume(volume).inspect()).rejects.toThrow("no such volume");
});

test("unnamed volumes and networks are named after the program and replaced before the old ones go", async () => {
  const program = (internal: boolean) => async () => {
    const network = new Network(stack.id, { internal });
    const volume = new Volume(stack.id, {});
    return { network: network.name, volume: volume.name, id: network.id, scope: network.scope };
  };
  const { outputs } = await stack.up(program(false));
  expect(outputs.network?.value).toMatch(new RegExp(`^${stack.id}-[0-9a-f]{7}$`));
  expect(outputs.volume?.value).toMatch(new RegExp(`^${stack.id}-[0-9a-f]{7}$`));
  expect(outputs.id?.value).toMatch(/^[0-9a-f]{64}$/);
  expect(outputs.scope?.value).toBe("local");
  expect((await stack.preview(program(false))).steps).toEqual([]);
  const replaced = await stack.up(program(true));
  expect(own(replaced.steps)).toEqual([
    "create-replacement it: internal",
    "replace it: internal",
    "delete-replaced it",
  ]);
  expect(replaced.outputs.network?.value).not.toBe(outputs.network?.value);
});

test("a network without a gateway reads one back, which replaces it; with one it is quiet", async () => {
  const program = (gateway?: string) => async () => {
    new Network("net", {
      name: `${stack.id}-net`,
      ipamConfigs: [{ subnet: "10.213.17.0/28", ...(gateway && { gateway }) }],
    });
  };
  const made = await stack.up(program("10.213.17.1"));
  expect(made.errors).toEqual([]);
  expect((await stack.preview(program("10.213.17.1"))).steps).toEqual([]);
  expect((await stack.preview(program())).steps).toContain("replace net: ipamConfigs");
});

test("an image is fetched only if it is not there, and removed unless it is kept", async () => {
  await stack.up(async () => ({ digest: image().repoDigest }));
  await docker.getImage(name()).remove({ force: true });
  const program = (keepLocally: boolean) => async () => {
    image();
    const remote = new RemoteImage("remote", { name: name(), keepLocally });
    return { id: remote.id, imageId: remote.imageId, repoDigest: remote.repoDigest };
  };
  const { outputs } = await stack.up(program(false));
  const { Id } = await docker.getImage(name()).inspect();
  const digest = String(outputs.repoDigest?.value);
  expect(outputs.id?.value).toBe(`${Id}${name()}`);
  expect(outputs.imageId?.value).toBe(Id);
  expect(digest).toMatch(new RegExp(`^127\\.0\\.0\\.1:${registry.port}/${stack.id}@sha256:`));
  expect((await stack.up(program(true))).steps).toEqual(["update remote: keepLocally"]);
  await stack.up(async () => {
    image();
  });
  expect((await docker.getImage(name()).inspect()).Id).toBe(Id);
});

test("an image in use cannot be removed", async () => {
  await stack.up(async () => {
    const built = image("used", true);
    new RemoteImage("remote", { name: built.imageName }, { dependsOn: built });
  });
  await docker.createContainer({ name: `${stack.id}-user`, Image: name("used"), Cmd: ["none"] });
  const { errors } = await stack.destroy();
  expect(errors.join("\n")).toContain("conflict");
});

test("a tag names its source once and does not follow it", async () => {
  const program =
    (triggers: string[] = []) =>
    async () => {
      const tag = new Tag("tag", {
        sourceImage: "python:3.12-slim",
        targetImage: name("tagged"),
        tagTriggers: triggers,
      });
      return { id: tag.id, source: tag.sourceImageId };
    };
  const { outputs } = await stack.up(program());
  expect(outputs.id?.value).toBe(`python:3.12-slim.${name("tagged")}`);
  expect((await docker.getImage(name("tagged")).inspect()).Id).toBe(outputs.source?.value);
  await docker.getImage(name("tagged")).remove();
  expect((await stack.preview(program())).steps).toEqual([]);
  expect((await stack.preview(program(["again"]))).steps).toContain("replace tag: tagTriggers");
});

test("a pushed registry image is read back, and deleted from the registry unless it is kept there", async () => {
  const program = (keepRemotely: boolean) => async () => {
    const built = image("pushed", true);
    const pushed = new RegistryImage(
      "pushed",
      { name: built.imageName, keepRemotely },
      { provider: open(), dependsOn: built },
    );
    return { id: pushed.id, digest: pushed.sha256Digest };
  };
  const { outputs, errors } = await stack.up(program(false));
  expect(errors).toEqual([]);
  expect(outputs.id?.value).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(outputs.digest?.value).toBe(outputs.id?.value);
  expect(await headOf("pushed")).toBe(200);
  expect((await stack.preview(program(false))).steps).toEqual([]);
  expect((await stack.up(program(true))).steps).toEqual(["update pushed: keepRemotely"]);
  await stack.up(async () => {
    image("pushed", true);
  });
  expect(await headOf("pushed")).toBe(200);
  await stack.up(program(false));
  await stack.destroy();
  expect(await headOf("pushed")).toBe(404);
});

test("a registry image without authentication is refused, and no credentials are told", async () => {
  const { errors } = await stack.up(async () => {
    const built = image("pushed", true);
    const provider = new Provider("other", {
      registryAuth: [
        {
          address: "other.example",
          username: "me",
          password: pulumi.secret("very-secret-password"),
        },
      ],
    });
    new RegistryImage("pushed", { name: built.imageName }, { provider });
  });
  const said = errors.join("\n");
  expect(said).toContain(
    `no authentication for 127.0.0.1:${registry.port}; give authConfig, or the provider's registryAuth an entry with this address`,
  );
  expect(said).not.toContain("very-secret-password");
});

test("the functions ask the registry and the engine, each provider instance with its own configuration", async () => {
  await stack.up(async () => ({ digest: image().repoDigest }));
  const { outputs } = await stack
    .preview(async () => {
      image();
    })
    .then(() =>
      stack.up(async () => {
        const built = image();
        const inRegistry = getRegistryImageOutput({ name: name() }, { provider: open() });
        const inEngine = getRemoteImageOutput({ name: name() });
        return {
          built: built.repoDigest,
          digest: inRegistry.sha256Digest,
          id: inEngine.id,
          repoDigest: inEngine.repoDigest,
        };
      }),
    );
  const built = String(outputs.built?.value);
  expect(outputs.digest?.value).toBe(built.split("@")[1]);
  expect(outputs.repoDigest?.value).toBe(built);
  expect(outputs.id?.value).toBe((await docker.getImage(name()).inspect()).Id);
  const missing = await stack.preview(async () => ({
    id: getRemoteImageOutput({ name: name("missing") }).id,
  }));
  expect(missing.errors.join("\n")).toContain(
    `getRemoteImage: did not find docker image "${name("missing")}" in the engine; pull it first`,
  );
  const secure = await stack.preview(async () => ({
    id: getRegistryImageOutput({ name: name() }).id,
  }));
  expect(secure.succeeded).toBe(false);
});

test("types without a stand-in are refused by name", async () => {
  const { errors } = await stack
    .preview(async () => {
      new (class extends pulumi.CustomResource {})(
        "x",
        "docker:index/service:Service" as never,
        {} as never,
      );
      new Container(stack.id, { image: "python:3.12-slim" });
    })
    .catch((error: Error) => ({ errors: [error.message] }));
  expect(errors.join("\n")).toContain("docker:index/service:Service");
});
