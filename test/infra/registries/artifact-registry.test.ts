import { RunError } from "@pulumi/pulumi/errors.js";
import { describe, expect, it } from "vitest";
import type { RegistryOf } from "../../../infra/config/registries.ts";
import { openArtifactRegistry } from "../../../infra/registries/artifact-registry.ts";
import type { RegistryAccess } from "../../../infra/registries/registry.ts";
import { listen } from "../fake-registry.ts";
import type { Demand } from "../registry-gate.ts";
import { registryContract } from "./contract.ts";
import { credentialHelper, dockerConfig, isSecret, noAccess, shown, written } from "./logins.ts";
import { mockClouds } from "./mock-clouds.ts";
import { backDoor, outsideRegistry, playOutside } from "./outside.ts";

type Config = RegistryOf<"artifact-registry">;

const key = '{"type":"service_account"}';
const demand: Demand = {
  username: "_json_key",
  password: key,
  scheme: "bearer",
  realm: "https://gcr.io/v2/token",
  service: "gcr.io",
};
const gcr: Config = { kind: "artifact-registry", project: "acme-prod", host: "gcr.io" };
const native: Config = {
  kind: "artifact-registry",
  project: "acme-prod",
  location: "europe-west1",
  repository: "apps",
};
const access: RegistryAccess = { ...noAccess, logins: { ...noAccess.logins, googleKey: key } };
const getClientConfig = "gcp:organizations/getClientConfig:getClientConfig";

describe("Artifact Registry under a gcr.io name", () => {
  registryContract(async () => {
    const fake = await outsideRegistry(demand);
    return {
      registry: await openArtifactRegistry("web", gcr, access),
      repository: "gcr.io/acme-prod/web",
      ...backDoor(fake, "acme-prod/web"),
    };
  });
});

describe("Artifact Registry under its own name", () => {
  const realm = "https://europe-west1-docker.pkg.dev/v2/token";
  registryContract(async () => {
    const fake = await outsideRegistry({
      ...demand,
      realm,
      service: "europe-west1-docker.pkg.dev",
    });
    return {
      registry: await openArtifactRegistry("web", native, access),
      repository: "europe-west1-docker.pkg.dev/acme-prod/apps/web",
      ...backDoor(fake, "acme-prod/apps/web"),
    };
  });
});

describe("an image of Artifact Registry", () => {
  it.each<[Partial<Config>, string]>([
    [gcr, "gcr.io/acme-prod/web"],
    [{ ...gcr, host: "eu.gcr.io", image: "team/shop" }, "eu.gcr.io/acme-prod/team/shop"],
    [{ ...native, image: "shop" }, "europe-west1-docker.pkg.dev/acme-prod/apps/shop"],
    [{ ...native, location: "us" }, "us-docker.pkg.dev/acme-prod/apps/web"],
  ])("by %o is %s", async (config, repository) => {
    const { repository: found } = await openArtifactRegistry("web", config as Config, access);
    expect(found).toBe(repository);
  });
});

describe("the login at Artifact Registry", () => {
  const stored = { auths: { "gcr.io": written("stored", "pw") } };

  it("is the key of the environment, as a secret", async () => {
    const { providers, invokes } = await mockClouds({});
    const logins = { ...access.logins, dockerConfig: dockerConfig(stored) };
    const { credentials } = await openArtifactRegistry("web", gcr, {
      ...access,
      logins,
      providers,
    });
    expect(credentials?.server).toBe("gcr.io");
    expect(await shown(credentials)).toBe(`_json_key:${key}`);
    expect(await isSecret(credentials?.password)).toBe(true);
    expect(invokes).toEqual([]);
  });

  it.each<[Config, string]>([
    [gcr, "us-central1"],
    [{ ...gcr, host: "us.gcr.io" }, "us-central1"],
    [{ ...gcr, host: "eu.gcr.io" }, "europe-west1"],
    [{ ...gcr, host: "asia.gcr.io" }, "asia-east1"],
    [{ ...native, location: "europe-north1" }, "europe-north1"],
  ])("of a program by %o is a token of the provider in %s", async (config, region) => {
    const { providers, invokes } = await mockClouds({ [getClientConfig]: { accessToken: "ya29" } });
    const logins = { ...noAccess.logins, dockerConfig: dockerConfig(stored) };
    const { credentials } = await openArtifactRegistry("web", config, {
      ...noAccess,
      logins,
      providers,
    });
    expect(await shown(credentials)).toBe("oauth2accesstoken:ya29");
    expect(await isSecret(credentials?.password)).toBe(true);
    expect(invokes).toEqual([[getClientConfig, {}, `google-acme-prod-${region}`]]);
  });

  it("is Docker's outside of a program", async () => {
    credentialHelper(
      "slipway-gcloud",
      `echo "{\\"Username\\":\\"gcloud\\",\\"Secret\\":\\"$server\\"}"`,
    );
    const folder = dockerConfig({ ...stored, credHelpers: { "eu.gcr.io": "slipway-gcloud" } });
    const logins = { ...noAccess.logins, dockerConfig: folder };
    const open = async (config: Config) =>
      shown((await openArtifactRegistry("web", config, { ...noAccess, logins })).credentials);
    expect(await open(gcr)).toBe("stored:pw");
    expect(await open({ ...gcr, host: "eu.gcr.io" })).toBe("gcloud:eu.gcr.io");
  });

  it("is missed with the command that makes one", async () => {
    await expect(openArtifactRegistry("web", native, noAccess)).rejects.toThrow(
      new RunError(
        "europe-west1-docker.pkg.dev: Docker is not logged in there; run gcloud auth configure-docker europe-west1-docker.pkg.dev, or set GOOGLE_APPLICATION_CREDENTIALS or GCP_SERVICE_KEY",
      ),
    );
  });
});

describe("a repository of Artifact Registry that does not exist", () => {
  it.each<[Config, string]>([
    [
      gcr,
      "registry https://gcr.io: has no repository for acme-prod/web; let the stack of ground make gcr.io in us, or name another with registry.repository",
    ],
    [
      native,
      "registry https://europe-west1-docker.pkg.dev: has no repository for acme-prod/apps/web; let the stack of ground make apps in europe-west1, or name another with registry.repository",
    ],
  ])("is missed before anything is built: %o", async (config, message) => {
    const errors = [{ code: "NAME_UNKNOWN", message: 'Repository "apps" not found' }];
    const { port } = await listen((request, response) => {
      response.writeHead(404).end(request.method === "HEAD" ? "" : JSON.stringify({ errors }));
    });
    playOutside(port);
    const { digestOf } = await openArtifactRegistry("web", config, access);
    await expect(digestOf("main")).rejects.toThrow(new RunError(message));
  });
});
