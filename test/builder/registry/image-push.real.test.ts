import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openImagePush } from "../../../builder/registry/image-push.ts";
import { StepFailed, type Task } from "../../../builder/work/steps.ts";
import { docker } from "../../rehearsal/engine.ts";
import { tar } from "../context/tars.ts";
import { LocalImages } from "./local-images.ts";
import { startPasswordRegistry } from "./password-registry.ts";

const never = new AbortController().signal;
const word = "letmein";
let registry: Awaited<ReturnType<typeof startPasswordRegistry>>;

beforeAll(async () => {
  registry = await startPasswordRegistry();
});
afterAll(() => registry?.remove());

function settings(password = word) {
  const prefix = `localhost:${registry.port}`;
  return { origin: `http://${prefix}`, prefix, login: { username: "acme", password } };
}

function taskFor(name: string): Task {
  const order = { imageName: name, imageTag: "1.0", dockerfile: "Dockerfile", args: {} };
  const reference = `localhost:${registry.port}/${name}:1.0`;
  return { build: "b", attempt: 1, slot: 0, client: "anybody", order, reference };
}

/** An image of one file that nothing else has, as an engine takes it. */
async function image(images: LocalImages, content: string): Promise<string> {
  const layer = tar({ name: "said", content });
  const { digest: diff } = await images.blob(layer);
  const type = "application/vnd.oci.image";
  const config = {
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["/said"], Env: ["FROM=here"] },
    rootfs: { type: "layers", diff_ids: [diff] },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: `${type}.manifest.v1+json`,
    config: { mediaType: `${type}.config.v1+json`, ...(await images.blob(JSON.stringify(config))) },
    layers: [{ mediaType: `${type}.layer.v1.tar+gzip`, ...(await images.blob(gzipSync(layer))) }],
  };
  return (await images.blob(JSON.stringify(manifest))).digest;
}

async function pulled(reference: string): Promise<{ digest: string; env: string[]; said: string }> {
  const auth = { ...settings().login, serveraddress: `localhost:${registry.port}` };
  const stream = await docker.pull(reference, { authconfig: auth });
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
  );
  onTestFinished(() => docker.getImage(reference).remove({ force: true }));
  const { RepoDigests, Config } = await docker.getImage(reference).inspect();
  const container = await docker.createContainer({ Image: reference });
  onTestFinished(() => container.remove({ force: true, v: true }));
  const archive = extract();
  (await container.getArchive({ path: "/said" })).pipe(archive as unknown as NodeJS.WritableStream);
  let said = "";
  for await (const entry of archive) said += await text(entry as unknown as NodeJS.ReadableStream);
  return { digest: RepoDigests[0]?.split("@")[1] ?? "", env: Config.Env ?? [], said };
}

describe("an image in a registry with a password", () => {
  it("can be pulled by the engine, also from a repository that took its layers over", async () => {
    const images = await LocalImages.open();
    const push = openImagePush(settings(), () => images.folder);
    const content = randomBytes(8).toString("hex");
    const digest = await image(images, content);
    for (const name of ["one", "team/two"]) {
      expect(await push.push(taskFor(name), digest, () => {}, never)).toBe(digest);
      const reference = `localhost:${registry.port}/${name}:1.0`;
      expect(await pulled(reference)).toEqual({ digest, env: ["FROM=here"], said: content });
    }
  });

  it("moves a tag to what was pushed last", async () => {
    const images = await LocalImages.open();
    const push = openImagePush(settings(), () => images.folder);
    await push.push(taskFor("moved"), await image(images, "before"), () => {}, never);
    const digest = await image(images, "after");
    await push.push(taskFor("moved"), digest, () => {}, never);
    expect(await pulled(`localhost:${registry.port}/moved:1.0`)).toMatchObject({ digest });
  });

  it("is refused with a wrong password, by the registry's own words", async () => {
    const images = await LocalImages.open();
    const push = openImagePush(settings("wrong"), () => images.folder);
    const pushed = push.push(taskFor("one"), await image(images, "x"), () => {}, never);
    await expect(pushed).rejects.toThrow(
      new StepFailed(
        `push: registry http://localhost:${registry.port}: answered 401 when asked to look up a layer; whoever runs this builder has to mend its login, or what that login may push`,
      ),
    );
  });

  it("gets there in one piece where it is large", async () => {
    const images = await LocalImages.open();
    const lines: string[] = [];
    const push = openImagePush(settings(), () => images.folder);
    const content = randomBytes(20_000_000).toString("latin1");
    const digest = await image(images, content);
    const log = (_stream: unknown, line: string) => void lines.push(line);
    expect(await push.push(taskFor("large"), digest, log, never)).toBe(digest);
    expect(lines[1]).toMatch(/^pushing 2 of 2 layers, \d\d\.\d MB$/);
  });
});
