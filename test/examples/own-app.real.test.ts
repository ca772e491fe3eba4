import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { freePort } from "../../rehearsal/free-port.ts";
import { commitAll, git, write } from "../infra/repository.ts";
import { complaint } from "../rehearsal/complaint.ts";
import { prepareDelivery, type TestDelivery } from "../rehearsal/delivery.ts";
import { served } from "../rehearsal/served.ts";

// docs/your-own-app.md, followed to the letter, but for the folder's name and the registry's port.

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "your-own-app.md"), "utf8");

/** The page's blocks of a language, in their order. */
function blocks(language: string): string[] {
  const found = page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"));
  return [...found].map(([, text = ""]) => text);
}

let at: TestDelivery;
let shop: string;
let head: string;

beforeAll(async () => {
  at = await prepareDelivery();
  // Both are in the folder for temporary files, so beside each other.
  shop = mkdtempSync(join(tmpdir(), "slipway-shop-"));
  git(shop, "init", "--quiet", "--initial-branch", "trunk", "--template", "");
  const [dockerfile = ""] = blocks("dockerfile");
  const [program = ""] = blocks("python");
  write(shop, { Dockerfile: dockerfile, "shop.py": program });
  head = commitAll(shop);
});
afterAll(async () => {
  await at?.run("rehearse", ["--stack", "shop", "--destroy"]);
  await at?.clear();
  if (shop) rmSync(shop, { recursive: true, force: true });
});

/** Writes the page's stack file, with more for its service where that is given. */
async function stackFile(more = ""): Promise<void> {
  const [text = ""] = blocks("yaml");
  const file = parse(`${text}${more}`.replaceAll("../shop", `../${basename(shop)}`));
  const { shop: service } = file.config["slipway:services"];
  service.registry.port = at.registry.port;
  service.target.port = await freePort();
  writeFileSync(join(at.folder, "Pulumi.shop.yaml"), stringify(file));
}

test("an app in another repository is delivered at that repository's HEAD, in a pipeline of this one too", async () => {
  await stackFile();
  const pipeline = { BITBUCKET_COMMIT: at.head(), BITBUCKET_BRANCH: "main" };
  const ran = await at.run("rehearse", ["--stack", "shop", "--json"], pipeline);
  expect(ran.stderr).not.toContain("✗");
  const release = JSON.parse(ran.stdout).services.shop;
  expect(release).toMatchObject({ commit: head, branch: "trunk", servedCommit: head });
  expect(await served(release.url)).toEqual({ commit: head });
});

test("what differs from its commit stops the delivery", async () => {
  write(shop, { "notes.txt": "not committed\n" });
  const ran = await at.run("rehearse", ["--stack", "shop"]);
  rmSync(join(shop, "notes.txt"));
  expect({ code: ran.code, said: complaint(ran) }).toEqual({
    code: 1,
    said: `shop: 1 file differs from the commit in ../${basename(shop)} (notes.txt); commit the change, or set slipway:allowDirty in this stack`,
  });
});

test("an app that serves no commit is healthy, and its commit is said to be not proven", async () => {
  write(shop, { "shop.py": blocks("python")[0]?.replace("app_commit", "HOME") ?? "" });
  head = commitAll(shop);
  await stackFile(blocks("yaml")[1]);
  const { code, stdout, stderr } = await at.run("rehearse", ["--stack", "shop"]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/shop proof +http:\/\/localhost:\d+ is healthy, commit not proven/);
  expect(stdout).toMatch(
    new RegExp(`shop {2}http://localhost:\\d+ {2}is healthy, commit not proven: ${head} of trunk`),
  );
});
