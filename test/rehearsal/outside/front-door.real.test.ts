import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { RunError } from "@pulumi/pulumi/errors.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { RegistryConfig } from "../../../infra/config/registries.ts";
import { ask } from "../../../infra/outside.ts";
import { copyImage } from "../../../infra/registries/copy-image.ts";
import { Distribution, type Manifest } from "../../../infra/registries/distribution.ts";
import { openRegistry, type Registry } from "../../../infra/registries/registry.ts";
import { openFrontDoor } from "../../../rehearsal/outside/front-door.ts";
import { dockerConfig, noAccess, written } from "../../infra/registries/logins.ts";
import { type PrivateRegistry, startPrivateRegistry } from "../private-registry.ts";
import { furnishedCloud } from "./temporary-cloud.ts";

const ecrHost = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const arHost = "europe-west1-docker.pkg.dev";
const imageType = "application/vnd.oci.image.manifest.v1+json";
const tag = "0123456789abcdef0123456789abcdef01234567";

let registry: PrivateRegistry;
beforeAll(async () => {
  registry = await startPrivateRegistry();
});
afterAll(() => registry?.remove());

let cloud: ReturnType<typeof furnishedCloud>;
beforeEach(async () => {
  cloud = furnishedCloud();
  const door = await openFrontDoor({ cloud, registry: `localhost:${registry.port}` });
  onTestFinished(() => door.close());
  vi.stubEnv("SLIPWAY_OUTSIDE", door.address);
  onTestFinished(() => void vi.unstubAllEnvs());
});

const kinds = {
  hub: { kind: "docker-hub", namespace: "acme", private: false },
  gcr: { kind: "artifact-registry", project: "acme-prod", host: "gcr.io" },
  native: {
    kind: "artifact-registry",
    project: "acme-prod",
    location: "europe-west1",
    repository: "apps",
  },
  ecr: { kind: "ecr", account: "123456789012", region: "eu-west-1", repository: "web" },
} as const satisfies Record<string, RegistryConfig>;

/** Opens a registry as somebody who is logged in to each; a name of one's own keeps the images of two tests apart. */
function open(config: RegistryConfig, name = `web-${randomBytes(4).toString("hex")}`) {
  const auths = {
    "https://index.docker.io/v1/": written("acme", "pw"),
    "gcr.io": written("oauth2accesstoken", "token"),
    [arHost]: written("_json_key", "{}"),
    [ecrHost]: written("AWS", "token"),
  };
  const logins = { ...noAccess.logins, dockerConfig: dockerConfig({ auths }) };
  return openRegistry(name, config, { ...noAccess, logins });
}

const digestOf = (content: Buffer) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** Pushes an image with one layer of so many bytes, and returns its digest. */
async function push({ images }: Registry, bytes = 1_000): Promise<string> {
  const [layer, config] = [
    randomBytes(bytes),
    Buffer.from(`{"made":"${randomBytes(4).toString("hex")}"}`),
  ];
  const blobs = [layer, config].map((content) => ({
    content,
    named: { digest: digestOf(content), size: content.length },
  }));
  for (const { content, named } of blobs) {
    await images.blobs.take(named, async () => Readable.from([content]));
  }
  const content = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...blobs[1]?.named },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...blobs[0]?.named }],
    }),
  );
  const manifest: Manifest = { type: imageType, content };
  await images.put("pushed", manifest);
  return digestOf(content);
}

/** What this machine's registry keeps at a path, asked for without any door. */
function kept(path: string): Distribution {
  return new Distribution(`http://localhost:${registry.port}`, path, "start it again");
}

describe("a registry behind the front door", () => {
  it.each([
    ["Docker Hub", kinds.hub, "docker.io/acme"],
    ["a gcr.io name", kinds.gcr, "gcr.io/acme-prod"],
    ["Artifact Registry", kinds.native, `${arHost}/acme-prod/apps`],
  ])("takes, tags and gives images: %s", async (_what, config, folder) => {
    const opened = await open(config, "shop");
    expect(opened.repository).toBe(`${folder}/shop`);
    const digest = await push(opened);
    expect(await opened.digestOf("main")).toBeUndefined();
    await opened.tag(digest, "main");
    expect(await opened.digestOf("main")).toBe(digest);
    expect(await kept(opened.repository).digestOf("main")).toBe(digest);
  });

  it("takes, tags and gives images: ECR", async () => {
    const opened = await open(kinds.ecr);
    const digest = await push(opened);
    await opened.tag(digest, "next");
    expect(await kept(`${ecrHost}/web`).digestOf("next")).toBe(digest);
  });

  it("serves through a remote repository what Docker Hub holds", async () => {
    const hub = await open(kinds.hub, "remote");
    const digest = await push(hub);
    const remote = await open({ ...kinds.native, repository: "hub", image: "acme/remote" });
    expect(await remote.digestOf(digest)).toBe(digest);
    await expect(remote.tag(digest, "main")).rejects.toThrow("answered 400 when asked to tag");
  });

  it("holds nothing of a repository of Docker Hub before its first push", async () => {
    expect(await (await open(kinds.hub)).digestOf("main")).toBeUndefined();
  });

  it.each([
    [
      { ...kinds.native, repository: "shop" },
      `registry https://${arHost}: has no repository for acme-prod/shop/web; let the stack of ground make shop in europe-west1, or name another with registry.repository`,
    ],
    [
      { ...kinds.gcr, host: "eu.gcr.io" as const },
      "eu.gcr.io: Docker is not logged in there; run gcloud auth configure-docker eu.gcr.io, or set GOOGLE_APPLICATION_CREDENTIALS or GCP_SERVICE_KEY",
    ],
    [
      { ...kinds.gcr, project: "acme-test" },
      "registry https://gcr.io: has no repository for acme-test/web; let the stack of ground make gcr.io in us, or name another with registry.repository",
    ],
    [
      { ...kinds.ecr, repository: "shop" },
      `registry https://${ecrHost}: has no repository for shop; let the stack of ground make shop in eu-west-1, or name another with registry.repository`,
    ],
  ])("has no repository that nobody made: %o", async (config, message) => {
    const looked = open(config, "web").then((opened) => opened.digestOf("main"));
    await expect(looked).rejects.toThrow(new RunError(message));
  });
});

describe("a visitor of a registry", () => {
  const login = (username: string, password: string) => ({ login: { username, password } });
  const at = (host: string, path: string, options = {}) =>
    new Distribution(`https://${host}`, path, "log in", options);

  it("reads a public image of Docker Hub without a login, and a private one with it", async () => {
    const opened = await open(kinds.hub, "seen");
    const digest = await push(opened);
    const anonymous = () => at("registry-1.docker.io", "acme/seen").digestOf(digest);
    expect(await anonymous()).toBe(digest);
    cloud.put("hub/private", "acme/seen", {});
    await expect(anonymous()).rejects.toThrow("answered 401");
    expect(await opened.digestOf(digest)).toBe(digest);
  });

  it.each([
    [
      "Docker Hub without a login",
      "registry-1.docker.io",
      "acme/web",
      {},
      "answered 401 when asked to tag acme/web:main; log in",
    ],
    [
      "Docker Hub without a password",
      "registry-1.docker.io",
      "acme/web",
      login("acme", ""),
      "refuses the login of acme (401); log in again, or mend its password or token",
    ],
    [
      "Google without a login",
      arHost,
      "acme-prod/apps/web",
      {},
      "answered 401 when asked to tag acme-prod/apps/web:main; log in",
    ],
    [
      "Google as somebody",
      arHost,
      "acme-prod/apps/web",
      login("me", "pw"),
      "refuses the login of me (401); log in again, or mend its password or token",
    ],
    ["ECR without a login", ecrHost, "web", {}, "answered 401 when asked to tag web:main; log in"],
    [
      "ECR as somebody",
      ecrHost,
      "web",
      login("me", "pw"),
      "answered 401 when asked to tag web:main; log in",
    ],
  ])("is kept out of %s", async (_what, host, path, options, words) => {
    const manifest = { type: imageType, content: Buffer.from("{}") };
    await expect(at(host, path, options).put("main", manifest)).rejects.toThrow(
      new RunError(`registry https://${host}: ${words}`),
    );
  });

  it.each([
    [
      "registry-1.docker.io",
      "acme/web",
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:acme/web:pull"',
    ],
    [
      arHost,
      "acme-prod/apps/web",
      `Bearer realm="https://${arHost}/v2/token",service="${arHost}",scope="repository:acme-prod/apps/web:pull"`,
    ],
    [ecrHost, "web", `Basic realm="https://${ecrHost}/",service="ecr.amazonaws.com"`],
  ])("is asked by %s for a login as the real one does", async (host, path, challenge) => {
    const { status, headers } = await ask(new URL(`https://${host}/v2/${path}/manifests/main`));
    expect([status, headers["www-authenticate"]]).toEqual([401, challenge]);
  });
});

describe("a promotion from one cloud to another", () => {
  it("keeps the digest and every byte", async () => {
    const from = await open(kinds.gcr);
    const to = await open(kinds.hub);
    const digest = await push(from, 30_000_000);
    expect(await copyImage(from, to, digest, tag)).toBe(true);
    expect(await to.digestOf(tag)).toBe(digest);
    expect(await to.images.manifest(digest)).toEqual(await from.images.manifest(digest));
    expect(await copyImage(from, to, digest, tag)).toBe(false);
  });

  it("takes a list with all that it lists", async () => {
    const from = await open(kinds.native);
    const to = await open(kinds.gcr);
    const manifests = [await push(from), await push(from)].map((digest) => ({
      mediaType: imageType,
      digest,
      size: 1,
    }));
    const type = "application/vnd.oci.image.index.v1+json";
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }));
    await from.images.put("main", { type, content });
    await copyImage(from, to, digestOf(content), tag);
    expect(await to.images.manifest(tag)).toEqual({ type, content });
    for (const { digest } of manifests) expect(await to.digestOf(digest)).toBe(digest);
  });

  it("within one registry moves no blob over the line", async () => {
    const from = await open(kinds.hub);
    const to = await open(kinds.hub);
    const digest = await push(from);
    const read = vi.spyOn(from.images.blobs, "read");
    await copyImage(from, to, digest, tag);
    expect(await to.digestOf(tag)).toBe(digest);
    expect(read).not.toHaveBeenCalled();
  });
});
