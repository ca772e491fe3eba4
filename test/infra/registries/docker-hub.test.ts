import { RunError } from "@pulumi/pulumi/errors.js";
import { describe, expect, it } from "vitest";
import type { RegistryOf } from "../../../infra/config/registries.ts";
import { openDockerHub } from "../../../infra/registries/docker-hub.ts";
import type { RegistryAccess } from "../../../infra/registries/registry.ts";
import { listen } from "../fake-registry.ts";
import { mockEngine } from "../mock-engine.ts";
import type { Demand } from "../registry-gate.ts";
import { registryContract } from "./contract.ts";
import { credentialHelper, dockerConfig, isSecret, noAccess, shown, written } from "./logins.ts";
import { backDoor, outsideRegistry, playOutside } from "./outside.ts";

const login = { username: "acme", password: "s3cret" };
const demand: Demand = {
  ...login,
  scheme: "bearer",
  realm: "https://auth.docker.io/token",
  service: "registry.docker.io",
};
const hub: RegistryOf<"docker-hub"> = { kind: "docker-hub", namespace: "acme", private: false };
const access: RegistryAccess = { ...noAccess, logins: { ...noAccess.logins, dockerHub: login } };
const index = "https://index.docker.io/v1/";

describe("Docker Hub", () => {
  registryContract(async () => {
    const fake = await outsideRegistry(demand);
    return {
      registry: await openDockerHub("web", hub, access),
      repository: "docker.io/acme/web",
      ...backDoor(fake, "acme/web"),
    };
  });

  it("is asked for a token once for reading and once for writing", async () => {
    const fake = await outsideRegistry(demand);
    const registry = await openDockerHub("web", hub, access);
    const digest = fake.hold("acme/web", {
      type: "application/vnd.oci.image.manifest.v1+json",
      content: Buffer.from("{}"),
    });
    await registry.tag(digest, "main");
    await registry.tag(digest, "next");
    expect(fake.requests).toEqual([
      "HEAD /v2/acme/web/manifests/main 401",
      "GET /token?service=registry.docker.io&scope=repository%3Aacme%2Fweb%3Apull 200",
      "HEAD /v2/acme/web/manifests/main",
      `GET /v2/acme/web/manifests/${digest}`,
      "GET /token?service=registry.docker.io&scope=repository%3Aacme%2Fweb%3Apull%2Cpush 200",
      "PUT /v2/acme/web/manifests/main",
      "HEAD /v2/acme/web/manifests/next",
      `GET /v2/acme/web/manifests/${digest}`,
      "PUT /v2/acme/web/manifests/next",
    ]);
  });

  it("is asked for another token when the one at hand has expired", async () => {
    const fake = await outsideRegistry(demand);
    const registry = await openDockerHub("web", hub, access);
    await registry.digestOf("main");
    fake.forgetTokens();
    expect(await registry.digestOf("main")).toBeUndefined();
  });

  it("is read as a writer where it lets nobody read what does not exist yet", async () => {
    const { port } = await listen((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://hub");
      if (pathname === "/token") response.end(JSON.stringify({ token: searchParams.get("scope") }));
      else if (request.headers.authorization?.endsWith(":pull,push")) response.writeHead(404).end();
      else {
        const challenge = `Bearer realm="https://auth.docker.io/token",service="registry.docker.io"`;
        response.writeHead(401, { "www-authenticate": challenge }).end();
      }
    });
    playOutside(port);
    const registry = await openDockerHub("web", hub, access);
    expect(await registry.digestOf("main")).toBeUndefined();
  });

  it("names a repository otherwise than the service, and what Google pulls it as", async () => {
    const remote = { project: "acme-prod", location: "europe-west1", repository: "hub" };
    const config = { ...hub, repository: "shop", through: remote };
    expect(await openDockerHub("web", config, access)).toMatchObject({
      repository: "docker.io/acme/shop",
      pulledAs: "europe-west1-docker.pkg.dev/acme-prod/hub/acme/shop",
    });
  });

  it("hands a lasting login on for a private repository only", async () => {
    const open = await openDockerHub("web", hub, access);
    const { lastingLogin } = await openDockerHub("web", { ...hub, private: true }, access);
    expect(open).not.toHaveProperty("lastingLogin");
    expect(await shown(lastingLogin)).toBe("acme:s3cret");
    expect(await isSecret(lastingLogin?.password)).toBe(true);
  });
});

describe("the login at Docker Hub", () => {
  const stored = { auths: { [index]: written("stored", "p:w") } };

  it.each<
    [string, Partial<RegistryOf<"docker-hub">>, Partial<RegistryAccess["logins"]>, unknown, string]
  >([
    [
      "a token of the stack, as the namespace",
      { token: { secret: "HUB" } },
      { dockerHub: login },
      stored,
      "acme:value of HUB",
    ],
    [
      "a token of the stack, as the user it names",
      { token: { secret: "HUB" }, username: "bot" },
      {},
      {},
      "bot:value of HUB",
    ],
    ["the environment's", {}, { dockerHub: { username: "env", password: "pw" } }, stored, "env:pw"],
    ["what Docker's configuration holds", {}, {}, stored, "stored:p:w"],
    [
      "what Docker's configuration holds in clear",
      {},
      {},
      { auths: { [index]: { username: "plain", password: "pw" } } },
      "plain:pw",
    ],
    [
      "Docker's by its host's name",
      {},
      {},
      { auths: { [index]: written("index", "pw"), "docker.io": written("host", "pw") } },
      "index:pw",
    ],
    [
      "the credential store's",
      {},
      {},
      { credsStore: "slipway-test" },
      "helper:for https://index.docker.io/v1/",
    ],
    [
      "a credential helper's before the store's",
      {},
      {},
      { credsStore: "none-such", credHelpers: { [index]: "slipway-test" } },
      "helper:for https://index.docker.io/v1/",
    ],
  ])("is %s", async (_what, part, logins, config, expected) => {
    credentialHelper(
      "slipway-test",
      `echo "{\\"Username\\":\\"helper\\",\\"Secret\\":\\"for $server\\"}"`,
    );
    const { credentials } = await openDockerHub(
      "web",
      { ...hub, ...part },
      {
        secret: (name) => `value of ${name}`,
        logins: { ...noAccess.logins, ...logins, dockerConfig: dockerConfig(config) },
      },
    );
    expect(credentials?.server).toBe("docker.io");
    expect(await shown(credentials)).toBe(expected);
  });

  it("is a secret for the engine", async () => {
    const { credentials } = await openDockerHub("web", hub, access);
    expect(await isSecret(credentials?.password)).toBe(true);
  });

  it.each([
    ["without Docker's configuration", undefined],
    ["where Docker is logged in elsewhere", { auths: { "gcr.io": written("a", "b") } }],
    ["where Docker has logged out", { auths: { [index]: {} } }],
  ])("is missed %s", async (_what, config) => {
    const logins = { ...noAccess.logins, ...(config && { dockerConfig: dockerConfig(config) }) };
    await expect(openDockerHub("web", hub, { ...noAccess, logins })).rejects.toThrow(
      new RunError(
        "docker.io/acme/web: there is no login at Docker Hub; run docker login, or set DOCKERHUB_USERNAME and DOCKERHUB_PASSWORD, or token in the stack's registry",
      ),
    );
  });
});

describe("Docker Hub's refusal", () => {
  const origin = "registry https://registry-1.docker.io";

  it("of a wrong login names the user and not the password", async () => {
    await outsideRegistry({ ...demand, password: "another" });
    const registry = await openDockerHub("web", hub, access);
    await expect(registry.digestOf("main")).rejects.toThrow(
      new RunError(
        `${origin}: refuses the login of acme (401); log in again, or mend its password or token`,
      ),
    );
  });

  it.each([
    [
      401,
      "lets acme neither read nor push acme/web; name a namespace of that user, or log in as one who may",
    ],
    [
      403,
      "lets acme neither read nor push acme/web; name a namespace of that user, or log in as one who may",
    ],
    [
      429,
      "has had too many requests of acme for now; wait until its limit is reset, or log in with a plan that has a higher one",
    ],
    [
      503,
      "answered 503 when asked to look up acme/web:main; see whether Docker Hub is up at https://www.dockerstatus.com, and try again",
    ],
  ])("by status %i is put into words", async (status, words) => {
    const { port } = await listen((_request, response) => response.writeHead(status).end());
    playOutside(port);
    const registry = await openDockerHub("web", hub, access);
    await expect(registry.digestOf("main")).rejects.toThrow(new RunError(`${origin}: ${words}`));
  });
});

// Last, because a preview stays one for what runs after it.
describe("the login at Docker Hub in a preview", () => {
  it("is not needed for a public repository, which says no more of it than an up", async () => {
    const fake = await outsideRegistry({ ...demand, isPublic: true });
    await mockEngine({ preview: true });
    const registry = await openDockerHub("web", hub, noAccess);
    const digest = fake.hold("acme/web", {
      type: "application/vnd.oci.image.manifest.v1+json",
      content: Buffer.from("{}"),
    });
    expect(await registry.digestOf(digest)).toBe(digest);
    expect(registry.credentials).toEqual({ server: "docker.io" });
  });

  it("is needed for a private repository", async () => {
    await mockEngine({ preview: true });
    await expect(openDockerHub("web", { ...hub, private: true }, noAccess)).rejects.toThrow(
      "docker.io/acme/web: there is no login at Docker Hub;",
    );
  });
});
