import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openImagePush } from "../../../builder/registry/image-push.ts";
import { type ImagePush, StepFailed, type Task } from "../../../builder/work/steps.ts";
import { unusedPort } from "../../infra/fake-registry.ts";
import { type Fault, type FaultyRegistry, faultyRegistry } from "./faulty-registry.ts";
import { LocalImages } from "./local-images.ts";

const impatient = { tries: 3, first: 1, longest: 20 };
const never = new AbortController().signal;
const secret = ["of", "nobody"].join("-");
const login = { username: "acme", password: secret };

/** What a test pushes with. */
interface Trial {
  readonly registry: FaultyRegistry;
  readonly images: LocalImages;
  readonly lines: string[];
  push(digest: string, name?: string, signal?: AbortSignal): Promise<string>;
}

/** A registry that demands a login, and by what origin it is reached. */
async function guarded(scheme: "basic" | "bearer", password: string) {
  const realm = scheme === "basic" ? "here" : "https://login.example/token";
  const demand = { scheme, realm, service: "here", username: "acme", password };
  const registry = await faultyRegistry(demand);
  if (scheme === "basic") return { registry, origin: registry.origin };
  // It sends for tokens by TLS only, which nobody speaks here.
  vi.stubEnv("SLIPWAY_OUTSIDE", registry.origin);
  onTestFinished(() => void vi.unstubAllEnvs());
  return { registry, origin: "https://registry.example" };
}

async function trial(
  registry: FaultyRegistry,
  more: { readonly origin?: string; readonly login?: typeof login } = {},
): Promise<Trial> {
  const images = await LocalImages.open();
  const lines: string[] = [];
  const settings = { origin: registry.origin, prefix: "here", ...more };
  const pusher: ImagePush = openImagePush(settings, () => images.folder, impatient);
  return {
    registry,
    images,
    lines,
    push: (digest, name = "web", signal = never) =>
      pusher.push(
        taskFor(`here/${name}:1.0`),
        digest,
        (stream, text) => void lines.push(`${stream} ${text}`),
        signal,
      ),
  };
}

function taskFor(reference: string): Task {
  const order = { imageName: "web", imageTag: "1.0", dockerfile: "Dockerfile", args: {} };
  return { build: "b", attempt: 1, slot: 0, client: "anybody", order, reference };
}

function count(of: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(of, (each) => each)].map(([key, all]) => [key, all.length]),
  );
}

describe("a push", () => {
  it("sends what is missing, and the tag as the last of all", async () => {
    const { registry, images, lines, push } = await trial(await faultyRegistry());
    const digest = await images.image("first", "second");
    expect(await push(digest)).toBe(digest);
    expect(count(registry.asked)).toEqual({
      "HEAD blobs": 3,
      "POST blobs/uploads": 3,
      "PUT blobs/uploads": 3,
      "PUT manifests": 1,
    });
    expect(registry.fake.requests.at(-1)).toBe("PUT /v2/web/manifests/1.0");
    expect(registry.fake.manifests.get("web:1.0")).toEqual(
      registry.fake.manifests.get(`web:${digest}`),
    );
    expect(lines.map((line) => line.replace(/[\d.]+ s$/, "… s"))).toEqual([
      "step pushing to here/web:1.0",
      "step pushing 3 of 3 layers, 0.0 MB",
      "step pushed 3 layers in … s",
    ]);
  });

  it("of an image that is known to be there is one request", async () => {
    const { registry, images, lines, push } = await trial(await faultyRegistry());
    const digest = await images.image("first", "second");
    await push(digest);
    registry.asked.length = 0;
    expect(await push(digest)).toBe(digest);
    expect(registry.asked).toEqual(["PUT manifests"]);
    expect(lines.at(-1)).toBe("step all 3 layers are there already");
  });

  it("takes layers over from another repository of the registry", async () => {
    const { registry, images, push } = await trial(await faultyRegistry());
    await push(await images.image("first"));
    registry.asked.length = 0;
    await push(await images.image("first", "second"), "team/api");
    expect(count(registry.asked)).toEqual({
      "POST mount": 1,
      "HEAD blobs": 2,
      "POST blobs/uploads": 2,
      "PUT blobs/uploads": 2,
      "PUT manifests": 1,
    });
    expect(registry.fake.manifests.has("team/api:1.0")).toBe(true);
  });

  it.each<[what: string, fault: Fault | undefined]>([
    ["begins an upload instead", undefined],
    ["refuses to", { status: 403 }],
  ])(
    "sends a layer where another repository should give it and the registry %s",
    async (_what, fault) => {
      const { registry, images, push } = await trial(await faultyRegistry());
      const digest = await images.image("first");
      await push(digest);
      if (fault) registry.fail("POST mount", fault, fault);
      else registry.fake.blobs.clear();
      expect(await push(digest, "api")).toBe(digest);
      expect(registry.fake.manifests.has("api:1.0")).toBe(true);
    },
  );

  it("of a list puts each of its images before it", async () => {
    const { registry, images, push } = await trial(await faultyRegistry());
    const [one, two] = [await images.image("one"), await images.image("two", "three")];
    const digest = await images.list(one, two);
    expect(await push(digest)).toBe(digest);
    expect(registry.fake.requests.filter((each) => each.includes("PUT /v2/web/manifests"))).toEqual(
      [`PUT /v2/web/manifests/${one}`, `PUT /v2/web/manifests/${two}`, "PUT /v2/web/manifests/1.0"],
    );
  });

  it("sends again what the registry has lost since", async () => {
    const { registry, images, lines, push } = await trial(await faultyRegistry());
    const digest = await images.image("first", "second");
    await push(digest);
    registry.fake.blobs.clear();
    expect(await push(digest)).toBe(digest);
    expect(registry.fake.blobs.size).toBe(3);
    expect(lines).toContain("step the registry has lost layers that it had; pushing them again");
  });

  it.each(["basic", "bearer"] as const)("logs in by %s, and with it once", async (scheme) => {
    const { registry, origin } = await guarded(scheme, secret);
    const { images, push } = await trial(registry, { login, origin });
    const digest = await images.image("first");
    expect(await push(digest)).toBe(digest);
    const before = registry.asked.length;
    expect(await push(digest)).toBe(digest);
    expect(registry.asked.slice(before)).toEqual(["PUT manifests"]);
  });
});

describe("a push goes on", () => {
  it.each<[what: string, kind: string, faults: Fault[]]>([
    [
      "is overrun",
      "HEAD blobs",
      [{ status: 429, headers: { "retry-after": "0" } }, { status: 503 }],
    ],
    ["resets a question", "HEAD blobs", ["reset", "reset"]],
    ["cannot begin an upload", "POST blobs/uploads", [{ status: 502 }, "reset"]],
    ["resets an upload", "PUT blobs/uploads", ["reset", { status: 500 }]],
    ["takes an upload and does not say so", "PUT blobs/uploads", ["lost", "lost"]],
    ["is overrun by a tag", "PUT manifests", [{ status: 429 }, { status: 429 }]],
  ])("when the registry %s", async (_what, kind, faults) => {
    const { registry, images, push } = await trial(await faultyRegistry());
    registry.fail(kind, ...faults);
    const digest = await images.image("first", "x".repeat(300_000));
    expect(await push(digest)).toBe(digest);
    expect(registry.fake.blobs.size).toBe(3);
  });
});

describe("a tag is put once", () => {
  it.each<[what: string, fault: Fault]>([
    ["and its answer is lost", "lost"],
    ["and its connection breaks", "reset"],
    ["and the registry fails", { status: 500 }],
    ["and something before the registry gives up", { status: 504 }],
  ])("%s", async (_what, fault) => {
    const { registry, images, push } = await trial(await faultyRegistry());
    registry.fail("PUT manifests", fault);
    const digest = await images.image("first");
    const result = await push(digest).catch((error: Error) => error);
    const { "PUT manifests": puts, "HEAD manifests": heads } = count(registry.asked);
    expect([puts, heads]).toEqual([1, fault === "lost" ? 1 : 3]);
    if (fault === "lost") expect(result).toBe(digest);
    else expect(result).toBeInstanceOf(StepFailed);
  });

  it("and what it names is compared", async () => {
    const { registry, images, push } = await trial(await faultyRegistry());
    const headers = { "docker-content-digest": "sha256:other" };
    registry.fail("PUT manifests", { status: 201, headers });
    await expect(push(await images.image("first"))).rejects.toThrow(
      new StepFailed(
        `push: registry ${registry.origin}: answered 201 when asked to tag web:1.0 (it names sha256:other by that tag); mend the image or its name`,
      ),
    );
  });

  it("and where the answer names no digest, the tag is asked", async () => {
    const { registry, images, push } = await trial(await faultyRegistry());
    registry.fail("PUT manifests", { status: 201 });
    await expect(push(await images.image("first"))).rejects.toThrow(/it names nothing by that tag/);
  });
});

const said = (code: string, message: string) => JSON.stringify({ errors: [{ code, message }] });
const loginOrRights =
  "whoever runs this builder has to mend its login, or what that login may push";

describe("a push fails for good", () => {
  it.each<[kind: string, fault: Fault, why: string]>([
    ["HEAD blobs", { status: 401 }, `answered 401 when asked to look up a layer; ${loginOrRights}`],
    [
      "POST blobs/uploads",
      { status: 403, body: said("DENIED", "requested access\nis denied") },
      `answered 403 when asked to begin an upload (DENIED: requested access is denied); ${loginOrRights}`,
    ],
    [
      "POST blobs/uploads",
      { status: 404, body: said("NAME_UNKNOWN", "no such repository") },
      "answered 404 when asked to begin an upload (NAME_UNKNOWN: no such repository); whoever runs this builder has to make the repository, or mend its namespace",
    ],
    [
      "PUT blobs/uploads",
      { status: 413, body: "<html>too large</html>" },
      "answered 413 when asked to take a layer; make the image's layers smaller",
    ],
    [
      "PUT manifests",
      { status: 400, body: said("MANIFEST_INVALID", "\u001b[2Jx") },
      "answered 400 when asked to tag web:1.0 (MANIFEST_INVALID: [2Jx); mend the image or its name",
    ],
    [
      "PUT blobs/uploads",
      { status: 500, body: said("UNKNOWN", "disk full") },
      "answered 500 when asked to take a layer (UNKNOWN: disk full); retry the build later",
    ],
  ])("on %s", async (kind, fault, why) => {
    const { registry, images, push } = await trial(await faultyRegistry());
    registry.fail(kind, ...Array<Fault>(30).fill(fault));
    await expect(push(await images.image("first"))).rejects.toThrow(
      new StepFailed(`push: registry ${registry.origin}: ${why}`),
    );
    expect(registry.fake.manifests.size).toBe(0);
  });

  it.each(["basic", "bearer"] as const)(
    "with a wrong login, by %s, and does not show it",
    async (scheme) => {
      const { registry, origin } = await guarded(scheme, "another");
      const { images, lines, push } = await trial(registry, { login, origin });
      const error = (await push(await images.image("first")).catch((fault) => fault)) as Error;
      expect(error).toBeInstanceOf(StepFailed);
      expect(error.message).toMatch(/^push: registry https?:\S+: .*401/);
      const shown = [
        error.message,
        error.stack,
        JSON.stringify(error),
        String(error.cause),
        ...lines,
      ];
      const hidden = [secret, Buffer.from(`acme:${secret}`).toString("base64")];
      expect(hidden.filter((each) => shown.join("\n").includes(each))).toEqual([]);
      expect(registry.asked.length).toBeLessThan(7);
    },
  );

  it("where nothing listens", async () => {
    const origin = `http://localhost:${await unusedPort()}`;
    const { images, push } = await trial(await faultyRegistry(), { origin });
    const error = await push(await images.image("first")).catch((fault) => fault);
    expect(error).toBeInstanceOf(StepFailed);
    expect(error.message).toMatch(
      /^push: registry http:\S+: does not answer \(.*ECONNREFUSED.*\); retry the build later$/,
    );
  });

  it("when the image is no longer there", async () => {
    const { images, push } = await trial(await faultyRegistry());
    const gone = new StepFailed("push: the image is gone; build it again");
    await expect(push(`sha256:${"0".repeat(64)}`)).rejects.toThrow(gone);
    const digest = await images.image("first", "second");
    const { digest: layer } = await images.blob("second");
    await unlink(join(images.folder, "blobs", layer.replace(":", "/")));
    await expect(push(digest)).rejects.toThrow(gone);
  });

  it("when the order was for another registry", async () => {
    const registry = { origin: "http://localhost:1", prefix: "here" };
    const pusher = openImagePush(registry, () => undefined, impatient);
    await expect(pusher.push(taskFor("there/web:1"), "sha256:1", () => {}, never)).rejects.toThrow(
      new StepFailed(
        "push: there/web:1 was ordered when this builder pushed elsewhere; it now pushes to here: order it anew",
      ),
    );
  });
});

describe("before a tag is put", () => {
  it("the attempt is confirmed, when all else is there", async () => {
    const { registry, images } = await trial(await faultyRegistry());
    const pusher = openImagePush({ origin: registry.origin, prefix: "here" }, () => images.folder);
    const digest = await images.image("first");
    let before: string[] = [];
    const confirm = async () => {
      before = [...registry.asked];
    };
    const task = { ...taskFor("here/web:1.0"), confirm };
    expect(await pusher.push(task, digest, () => {}, never)).toBe(digest);
    expect([before.length > 0, registry.asked]).toEqual([true, [...before, "PUT manifests"]]);
  });

  it("an attempt that somebody else has taken over ends", async () => {
    const { registry, images } = await trial(await faultyRegistry());
    const pusher = openImagePush({ origin: registry.origin, prefix: "here" }, () => images.folder);
    const abort = new AbortController();
    const confirm = async () => {
      abort.abort(new Error("taken over"));
      throw abort.signal.reason;
    };
    const task = { ...taskFor("here/web:1.0"), confirm };
    await expect(
      pusher.push(task, await images.image("first"), () => {}, abort.signal),
    ).rejects.toThrow(new Error("taken over"));
    expect(registry.asked.filter((each) => each.startsWith("PUT manifests"))).toEqual([]);
  });
});

describe("a push that is aborted", () => {
  it.each(["HEAD blobs", "POST blobs/uploads", "PUT blobs/uploads", "PUT manifests"])(
    "ends at once during %s, with the reason",
    async (kind) => {
      const { registry, images, push } = await trial(await faultyRegistry());
      registry.fail(kind, ...Array<Fault>(9).fill("silent"));
      const digest = await images.image("first", "x".repeat(300_000));
      const abort = new AbortController();
      const pushed = push(digest, "web", abort.signal).catch((error) => error);
      await expect.poll(() => registry.asked).toContain(kind);
      const start = performance.now();
      abort.abort(new Error("cancelled"));
      expect(await pushed).toEqual(new Error("cancelled"));
      expect(performance.now() - start).toBeLessThan(5_000);
      expect(registry.fake.manifests.size).toBe(0);
    },
  );

  it("ends at once while it waits for the registry", async () => {
    const registry = await faultyRegistry();
    registry.fail("HEAD blobs", ...Array<Fault>(9).fill({ status: 503 }));
    const images = await LocalImages.open();
    const patient = { tries: 9, first: 60_000, longest: 60_000 };
    const settings = { origin: registry.origin, prefix: "here" };
    const pusher = openImagePush(settings, () => images.folder, patient);
    const abort = new AbortController();
    const digest = await images.image("first");
    const pushed = pusher.push(taskFor("here/web:1"), digest, () => {}, abort.signal);
    await expect.poll(() => registry.asked).toHaveLength(2);
    abort.abort(new Error("cancelled"));
    await expect(pushed).rejects.toThrow(new Error("cancelled"));
  });
});
