import { once } from "node:events";
import { RunError } from "@pulumi/pulumi/errors.js";
import { describe, expect, it } from "vitest";
import { copyImage } from "../../../infra/registries/copy-image.ts";
import { Distribution } from "../../../infra/registries/distribution.ts";
import { type FakeRegistry, fakeRegistry, listen } from "../fake-registry.ts";

const imageType = "application/vnd.oci.image.manifest.v1+json";
const listType = "application/vnd.oci.image.index.v1+json";
const tag = "0123456789abcdef0123456789abcdef01234567";

function at({ port }: Pick<FakeRegistry, "port">, path: string) {
  const images = new Distribution(`http://localhost:${port}`, path, "mend it so");
  return { repository: `localhost:${port}/${path}`, images };
}

/** An image of two layers, written as no library would. */
function holdImage(fake: FakeRegistry, path: string, name: string): string {
  const layers = [`${name} first`, `${name} second`].map((text) =>
    fake.holdBlob(path, Buffer.from(text)),
  );
  const config = fake.holdBlob(path, Buffer.from(`${name} config`));
  const content = Buffer.from(`${JSON.stringify({ layers, config }, undefined, 3)}\n`);
  return fake.hold(path, { type: imageType, content });
}

function holdList(fake: FakeRegistry, path: string): string {
  const manifests = ["amd64", "arm64"].map((name) => ({
    digest: holdImage(fake, path, name),
    size: 1,
  }));
  return fake.hold(path, { type: listType, content: Buffer.from(JSON.stringify({ manifests })) });
}

function contentOf({ manifests, blobs }: FakeRegistry, path: string) {
  const of = <T>(map: Map<string, T>, mark: string) =>
    Object.fromEntries(
      [...map].flatMap(([key, value]) =>
        key.startsWith(`${path}${mark}`) ? [[key.slice(path.length), value]] : [],
      ),
    );
  return { ...of(manifests, ":"), ...of(blobs, "@") };
}

describe("a copy of an image", () => {
  it.each([
    ["an image", (fake: FakeRegistry) => holdImage(fake, "web", "web")],
    ["a list of images with all that it lists", (fake: FakeRegistry) => holdList(fake, "web")],
  ])("is %s, byte for byte", async (_what, hold) => {
    const [from, to] = [await fakeRegistry(), await fakeRegistry()];
    const digest = hold(from);
    expect(await copyImage(at(from, "web"), at(to, "shop/web"), digest, tag)).toBe(true);
    const { [`:${tag}`]: tagged, ...rest } = contentOf(to, "shop/web");
    expect(rest).toEqual(contentOf(from, "web"));
    expect(tagged).toEqual(from.manifests.get(`web:${digest}`));
  });

  it("sends nothing that is there already", async () => {
    const [from, to] = [await fakeRegistry(), await fakeRegistry()];
    const digest = holdImage(from, "web", "web");
    const [first = Buffer.alloc(0)] = from.blobs.values();
    to.holdBlob("web", first);
    await copyImage(at(from, "web"), at(to, "web"), digest, tag);
    expect(from.requests.filter((each) => each.includes("/blobs/"))).toHaveLength(2);
    expect(to.requests.filter((each) => each.startsWith("PATCH "))).toHaveLength(2);
  });

  it("within one registry moves no blob", async () => {
    const fake = await fakeRegistry();
    const digest = holdList(fake, "web");
    await copyImage(at(fake, "web"), at(fake, "production/web"), digest, tag);
    expect(fake.requests.filter((each) => /^(?:GET|PATCH) .*\/blobs\//.test(each))).toEqual([]);
    const { [`:${tag}`]: _tagged, ...rest } = contentOf(fake, "production/web");
    expect(rest).toEqual(contentOf(fake, "web"));
  });

  it("has nothing to do where the tag names the digest", async () => {
    const [from, to] = [await fakeRegistry(), await fakeRegistry()];
    const digest = holdImage(from, "web", "web");
    await copyImage(at(from, "web"), at(to, "web"), digest, tag);
    from.requests.length = 0;
    to.requests.length = 0;
    expect(await copyImage(at(from, "web"), at(to, "web"), digest, tag)).toBe(false);
    expect([from.requests, to.requests]).toEqual([[], [`HEAD /v2/web/manifests/${tag}`]]);
  });

  it("never moves a tag that names another digest", async () => {
    const [from, to] = [await fakeRegistry(), await fakeRegistry()];
    const digest = holdImage(from, "web", "web");
    const other = to.hold("web", { type: imageType, content: Buffer.from("{}") }, tag);
    await expect(copyImage(at(from, "web"), at(to, "web"), digest, tag)).rejects.toThrow(
      new RunError(
        `localhost:${to.port}/web:${tag}: names ${other} there already, and localhost:${from.port}/web has ${digest} under it; release what is there, or remove that tag by hand`,
      ),
    );
    expect(to.requests).toEqual([`HEAD /v2/web/manifests/${tag}`]);
  });

  it("is refused where the manifest is not the one of the digest", async () => {
    const [from, to] = [await fakeRegistry(), await fakeRegistry()];
    const digest = holdImage(from, "web", "web");
    const other = holdImage(from, "web", "other");
    const swapped = from.manifests.get(`web:${other}`);
    if (swapped) from.manifests.set(`web:${digest}`, swapped);
    await expect(copyImage(at(from, "web"), at(to, "web"), digest, tag)).rejects.toThrow(
      new RunError(
        `registry http://localhost:${from.port}: gave ${other} in place of ${digest}; ask for it again, and push it anew if that is no help`,
      ),
    );
    expect(to.manifests.size).toBe(0);
  });

  it("of which a blob is lost names the blob and tags nothing", async () => {
    const [from, to] = [await fakeRegistry(), await fakeRegistry()];
    const digest = holdImage(from, "web", "web");
    const [lost = ""] = from.blobs.keys();
    from.blobs.delete(lost);
    await expect(copyImage(at(from, "web"), at(to, "web"), digest, tag)).rejects.toThrow(
      new RunError(
        `registry http://localhost:${from.port}: answered 404 when asked to read ${lost}; mend it so`,
      ),
    );
    expect(to.manifests.size).toBe(0);
  });
});

describe("a blob that is refused while it is on its way", () => {
  it("is not sent to its end, and both connections are let go", async () => {
    const ends: Promise<unknown>[] = [];
    const source = await listen((_request, response) => {
      ends.push(once(response, "close"));
      response.writeHead(200).write(Buffer.alloc(1_000_000));
    });
    const target = await listen((request, response) => {
      if (request.method === "PATCH") {
        ends.push(once(request.socket, "close"));
        response.writeHead(413).end();
      } else response.writeHead(202, { location: "/upload" }).end();
    });
    const from = new Distribution(`http://localhost:${source.port}`, "web", "mend it so");
    const to = new Distribution(`http://localhost:${target.port}`, "web", "mend it so");
    const blob = { digest: "sha256:1", size: 100_000_000 };
    // A connection that is closed on what is still being sent may be noticed before the answer is.
    await expect(to.blobs.take(blob, () => from.blobs.read(blob))).rejects.toThrow(
      /: (?:answered 413 when asked to take web@sha256:1|does not answer \((?:write EPIPE|read ECONNRESET)\)); mend it so$/,
    );
    expect(await Promise.all(ends)).toHaveLength(2);
  });
});

describe("a blob that is kept elsewhere", () => {
  it("is fetched from there without the login", async () => {
    const seen: (string | undefined)[] = [];
    const store = await listen(({ headers }, response) => {
      seen.push(headers.authorization);
      response.end("content");
    });
    const registry = await listen(({ headers }, response) => {
      seen.push(headers.authorization);
      const challenge = { "www-authenticate": 'Basic realm="here",service="here"' };
      if (!headers.authorization) response.writeHead(401, challenge).end();
      else response.writeHead(307, { location: `http://localhost:${store.port}/x` }).end();
    });
    const login = { username: "me", password: "pw" };
    const origin = `http://localhost:${registry.port}`;
    const { blobs } = new Distribution(origin, "web", "mend it so", { login });
    const content = await blobs.read({ digest: "sha256:1", size: 7 });
    expect(Buffer.concat(await content.toArray()).toString("utf8")).toBe("content");
    expect(seen).toEqual([undefined, `Basic ${btoa("me:pw")}`, undefined]);
  });
});
