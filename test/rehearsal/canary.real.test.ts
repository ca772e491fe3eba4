import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formsOf, leaks, newCanary } from "./canary.ts";
import { type CloudCheckout, prepareCloudCheckout } from "./cloud-checkout.ts";
import { docker } from "./engine.ts";
import { filesBelow, imagesAt } from "./evidence.ts";
import { type Trial, tryOut } from "./secrets-trial.ts";

const canaries = {
  token: newCanary(),
  nextToken: newCanary(),
  hub: newCanary(),
  environment: newCanary(),
};

const temporary = mkdtempSync(join(tmpdir(), "slipway-canary-"));
let at: CloudCheckout;

beforeAll(async () => {
  at = await prepareCloudCheckout();
});
afterAll(async () => {
  const commits = at?.git("log", "--reflog", "--format=%H").split("\n") ?? [];
  await at?.clear();
  for (const repository of ["gcr.io/slipway-staging/web", "slipway/web"]) {
    for (const commit of commits) await removeImage(`${repository}:${commit}`);
  }
  rmSync(temporary, { recursive: true, force: true });
});

async function removeImage(name: string): Promise<void> {
  await docker
    .getImage(name)
    .remove({ force: true })
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 404) throw error;
    });
}

test("a canary is found in each of its forms, and in a text without it there is none", () => {
  const planted = newCanary();
  const text = JSON.stringify({ planted });
  const hidden: Readonly<Record<string, string>> = {
    raw: planted,
    json: text,
    "json in json": JSON.stringify({ text }),
    url: `https://user:${encodeURIComponent(planted)}@localhost/`,
    form: new URLSearchParams({ planted }).toString(),
    base64: Buffer.from(planted).toString("base64"),
    "base64 behind one byte": Buffer.from(`:${planted}`).toString("base64"),
    "base64 behind two bytes": Buffer.from(`u:${planted}.`).toString("base64"),
    base64url: Buffer.from(`u:${planted}`).toString("base64url"),
    "base64 of json": Buffer.from(text).toString("base64"),
    quoted: planted.replace(/[^\w]/g, "\\$&"),
  };
  const missed = Object.entries(hidden).filter(
    ([where, content]) => leaks({ planted }, [{ where, content }]).length === 0,
  );
  expect(missed).toStrictEqual([]);

  const forms = formsOf(planted);
  const all = [{ where: "all", content: Buffer.from(Object.values(forms).join("\n")) }];
  expect(leaks({ planted }, all)).toStrictEqual(
    Object.keys(forms).map((form) => `planted ${form}: all`),
  );
  expect(leaks(canaries, all)).toStrictEqual([]);
});

describe.each([
  { stack: "staging", stored: ["token", "nextToken"] },
  { stack: "production", stored: ["token", "nextToken", "hub"] },
])("the secrets of $stack", ({ stack, stored }) => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await tryOut(at, stack, canaries, temporary);
  }, 600_000);

  test("reach the app and the stores of the cloud", () => {
    const { token, nextToken } = canaries;
    const [first, previewed, second] = trial.tokens;
    expect([first, previewed, second]).toStrictEqual([token, token, nextToken]);
    const cloud = filesBelow(join(at.folder, ".slipway", "cloud"), () => true);
    const found = Object.entries(canaries).filter(
      ([name, canary]) => leaks({ [name]: canary }, cloud).length > 0,
    );
    expect(found.map(([name]) => name)).toStrictEqual(stored);
  });

  test("are in no line that a command tells, in no event, and taken out of an app's last words", () => {
    expect(leaks(canaries, trial.told)).toStrictEqual([]);
    const said = Object.fromEntries(trial.told.map(({ where, content }) => [where, `${content}`]));
    expect(said["preview: stdout"]).toContain('"steps"');
    expect(said["up: events"]).toContain('"resourcePreEvent"');
    expect(said["broken up: events"]).toMatch(/last words: \*\*\*|container's log:\\n\[secret\]/);
  });

  test("are in no state, none of its backups and its history, and nothing else that a rehearsal keeps", () => {
    expect(leaks(canaries, trial.files)).toStrictEqual([]);
    const kept = trial.files.map(({ where }) => where.replaceAll("\\", "/"));
    for (const kind of [`stacks/slipway/${stack}.json`, `${stack}.json.bak`, ".history.json"]) {
      expect(kept.filter((path) => path.endsWith(kind))).not.toStrictEqual([]);
    }
  });

  test("are in no image", async () => {
    const images = await imagesAt(at.registry.port);
    expect(leaks(canaries, images)).toStrictEqual([]);
    for (const part of ['"history"', "def create_app"]) {
      expect(images.filter(({ content }) => content.includes(part))).not.toHaveLength(0);
    }
  });

  test("are in no log of a container, and in nothing that the engine tells of it but its variables", () => {
    expect(leaks(canaries, trial.containers)).toStrictEqual([]);
    expect(trial.containers).not.toHaveLength(0);
  });

  test("are in no temporary file, as long as it is there", () => {
    const files = [...trial.watched.files, ...filesBelow(temporary, () => true)];
    expect(leaks(canaries, files)).toStrictEqual([]);
  });

  test.skipIf(process.platform !== "linux")("are in no arguments of a process", () => {
    const { processes } = trial.watched;
    expect(processes.filter((each) => each.includes("--event-log"))).not.toHaveLength(0);
    const evidence = processes.map((content) => ({
      where: content.replaceAll("\0", " "),
      content,
    }));
    expect(leaks(canaries, evidence)).toStrictEqual([]);
  });
});
