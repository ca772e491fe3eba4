import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ran } from "../../setup/run.ts";
import type { StackConfig } from "../rehearsal/checkout.ts";
import { type CloudCheckout, prepareCloudCheckout } from "../rehearsal/cloud-checkout.ts";

// What a preview of Cloud Run says before the first release, after it, and after each kind of change.

let at: CloudCheckout;
let stackFile: string;

beforeAll(async () => {
  at = await prepareCloudCheckout();
  stackFile = readFileSync(join(at.folder, "Pulumi.staging.yaml"), "utf8");
});
afterAll(async () => {
  await at?.takeDown("staging");
  await at?.clear();
});

const preview = (...flags: string[]): Promise<Ran> =>
  at.played(["npm", "run", "--silent", "preview", "--", "--stack", "staging", ...flags]);

/** Previews with another stack file, which is put back afterwards. */
async function previewWith(change: (config: StackConfig) => void): Promise<Ran> {
  at.configure(change, "staging");
  try {
    return await preview();
  } finally {
    at.edit("Pulumi.staging.yaml", () => stackFile);
  }
}

/** The headline and the headings of a report. */
function outline(text: string): string[] {
  return text.split("\n").filter((line) => /^\*\*[^I`P]|^###/.test(line));
}

const title =
  "a preview tells what would be created, changed, replaced and deleted, that nothing would, and that it failed";

test(title, { timeout: 600_000 }, async () => {
  const created = await preview("--out", "report.md");
  expect([created.code, created.stderr]).toEqual([0, expect.any(String)]);
  expect(outline(created.stdout)).toEqual(["**15 to create** · 0 unchanged", "### To create"]);
  expect(created.stdout).toContain(
    `- \`web\`: nothing is proven yet; **a new image will be built** from commit \`${at.head()}\` of \`main\``,
  );
  expect(created.stdout).toContain("+ registry.password: [secret]");
  expect.soft(created.stdout).toContain("**Policies**: checked, nothing to say");
  expect(existsSync(join(at.folder, "report.md"))).toBe(true);
  expect(readFileSync(join(at.folder, "report.md"), "utf8")).toBe(created.stdout);

  const up = ["pulumi", "up", "--yes", "--skip-preview", "--stack", "staging"];
  expect((await at.played(up)).code).toBe(0);
  const first = at.head();
  const empty = await preview();
  expect([empty.code, outline(empty.stdout)]).toEqual([0, ["**Nothing changes** · 15 unchanged"]]);
  expect(empty.stdout).toMatch(
    new RegExp(
      `- \`web\`: now \`gcr\\.io/slipway-staging/web@sha256:\\w+\` of commit \`${first}\`; \\*\\*it stays\\*\\*`,
    ),
  );

  const changed = await previewWith((config) => {
    config["slipway:services"].web.env = { APP_DESCRIPTION: "Another" };
  });
  expect([changed.code, outline(changed.stdout)]).toEqual([
    0,
    ["**1 to change** · 14 unchanged", "### To change"],
  ]);
  expect(changed.stdout).toContain(
    '- template.containers[0].envs[APP_DESCRIPTION].value: "The app that Slipway delivers"\n+ template.containers[0].envs[APP_DESCRIPTION].value: "Another"\n',
  );

  const replaced = await previewWith((config) => {
    config["slipway:services"].web.target.region = "europe-north1";
  });
  expect(outline(replaced.stdout).slice(0, 3)).toEqual([
    "**⚠ 3 to replace · ⚠ 1 to delete · 3 to change · 1 to create** · 8 unchanged",
    "### ⚠ To replace",
    "### ⚠ To delete",
  ]);
  expect(replaced.stdout).toContain(
    '- location: "europe-west1"\n+ location: "europe-north1"   ⚠ forces the replacement\n',
  );
  expect(replaced.stdout).toContain("**✋ HELD BACK");

  const deleted = await previewWith((config) => {
    const { web } = config["slipway:services"];
    Object.assign(config, { "slipway:services": { api: web } });
  });
  expect(outline(deleted.stdout)[0]).toBe("**⚠ 11 to delete · 11 to create** · 4 unchanged");
  expect(deleted.stdout).toMatch(/- `web`: now .*; \*\*the service goes\*\*/);

  const failed = await previewWith((config) => {
    config["slipway:services"].web.nonsense = 1;
  });
  expect([failed.code, outline(failed.stdout)]).toEqual([1, ["**✗ The preview failed**"]]);
  expect(failed.stdout).toContain("|   slipway:services.web.nonsense: unknown key; ");
});
