import { describe, expect, it } from "vitest";
import type { PlannedStep } from "../../../delivery/plan.ts";
import { type Dialect, onBitbucket, onGitHub } from "../../../delivery/report/dialect.ts";
import { markdown } from "../../../delivery/report/markdown.ts";
import { noState } from "../../../delivery/state/stack-state.ts";
import { releaseOf } from "../releases.ts";
import { busy, reportFor, step, urnOf } from "./plans.ts";

const database = "gcp:sql/databaseInstance:DatabaseInstance";

/** Whether every fence and every fold of a text is closed, as a host reads it. */
function isWhole(text: string): boolean {
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const ticks = /^`{3,}/.exec(line)?.[0];
    if (fence === undefined) fence = ticks;
    else if (line === fence) fence = undefined;
  }
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return fence === undefined && count(/^<details/gm) === count(/^<\/details>/gm);
}

/** So many resources of each kind, with long values. */
function many(number: number, value = "x".repeat(300)): PlannedStep[] {
  return ["create", "update", "delete", "replace"].flatMap((op) =>
    Array.from({ length: number / 4 }, (_, at) =>
      step(op, "aws:s3/bucketV2:BucketV2", `${op}-${at}`, {
        before: op === "create" ? undefined : { value: `a${value}` },
        after: op === "delete" ? undefined : { value: `b${value}` },
        parent: urnOf("slipway:index:Service", `group-${at % 7}`),
      } as object),
    ),
  );
}

describe("the report as Markdown", () => {
  it("says on Bitbucket what is lost first, then what changes, then what comes", () => {
    expect(markdown(reportFor(busy), onBitbucket)).toBe(`[//]: # (slipway-preview slipway/staging)

## Preview of \`staging\`

**⚠ 1 to replace · ⚠ 1 to delete · 1 to change · 1 to create** · 1 unchanged

> **⚠ CAUTION: what runs now is replaced or deleted**
>
> - **replace** \`db\` \`${database}\`, because of \`region\`
> - **delete** \`old\` \`gcp:storage/bucket:Bucket\`

> **✋ HELD BACK: these hold data or an address.** Where nobody can be asked, \`npm run deliver\`, \`rollback\` and \`promote\` stop before their \`up\`, unless \`SLIPWAY_APPROVE\` names each of these URNs (commas between):
>
> - delete: \`${urnOf("gcp:storage/bucket:Bucket", "old")}\` (\`no longer in the program\`)
> - replace: \`${urnOf(database, "db")}\` (\`region\`)

**Policies**: checked, nothing to say

### ⚠ To replace

**\`db\`** \`${database}\`

\`\`\`diff
- region: "europe-west1"
+ region: "europe-north1"   ⚠ forces the replacement
- tier: "small"
+ tier: "big"
\`\`\`

### ⚠ To delete

- \`old\` \`gcp:storage/bucket:Bucket\`

### To change

**\`web\`** \`gcp:cloudrunv2/service:Service\`

\`\`\`diff
- template.timeout: "60s"
+ template.timeout: "90s"
\`\`\`

### To create

**\`logs\`** \`gcp:storage/bucket:Bucket\`

\`\`\`diff
+ location: "EU"
\`\`\`
`);
  });

  it("folds each resource on GitHub, with its URN, and leaves replacements open", () => {
    const text = markdown(reportFor(busy), onGitHub);
    expect(text.match(/^<details.*$/gm)).toEqual([
      `<details open><summary><code>db</code> <code>${database}</code></summary>`,
      "<details><summary><code>old</code> <code>gcp:storage/bucket:Bucket</code></summary>",
      "<details><summary><code>web</code> <code>gcp:cloudrunv2/service:Service</code></summary>",
      "<details><summary><code>logs</code> <code>gcp:storage/bucket:Bucket</code></summary>",
    ]);
    expect(text).toContain(`\n\n\`${urnOf(database, "db")}\`\n\n</details>`);
    expect(isWhole(text)).toBe(true);
  });

  it("says that nothing changes", () => {
    const steps = [step("same", database, "db", { before: {}, after: {} })];
    expect(markdown(reportFor(steps), onGitHub)).toBe(
      "[//]: # (slipway-preview slipway/staging)\n\n## Preview of `staging`\n\n**Nothing changes** · 1 unchanged\n\n**Policies**: checked, nothing to say\n",
    );
  });

  it("says that the preview failed, and why", () => {
    const error = { severity: "error", message: "error: where: what; how to mend it\n" };
    const text = markdown(reportFor([], { code: 255, diagnostics: [error] }), onBitbucket);
    expect(text).toContain(
      "**✗ The preview failed**\n\nPulumi ended with exit code 255:\n\n```text\n| error: where: what; how to mend it\n```\n",
    );
  });

  it("tells what is lost before any words of the branch, which give way to it", () => {
    const steps = Array.from({ length: 10 }, (_, at) =>
      step("delete", "a:b:C", `lost-${at}`, { before: {} }),
    );
    const message = "a line of 300 characters ".repeat(12);
    const diagnostics = Array.from({ length: 120 }, (_, at) => ({
      severity: "warning",
      message: `${at} ${`${message}\n`.repeat(40)}`,
    }));
    const text = markdown(reportFor(steps, { diagnostics }), onBitbucket);
    const at = (words: string): number => text.indexOf(words);
    expect(at("CAUTION")).toBeGreaterThan(0);
    expect(at("CAUTION")).toBeLessThan(at("HELD BACK"));
    expect(at("HELD BACK")).toBeLessThan(at("| 0 a line of"));
    const [head = ""] = text.split("### ⚠ To delete");
    expect(head.match(/^> - \*\*delete\*\* `lost-\d`/gm)).toHaveLength(10);
    expect(head).toContain("\n\n… and 117 more errors and warnings\n");
  });

  it("says of a failed preview that the policies were not checked to the end", () => {
    const told = [{ code: 1 }, { code: 0 }].map((how) => markdown(reportFor([], how), onGitHub));
    expect(told.map((text) => /^\*\*Policies\*\*: (.*)$/m.exec(text)?.[1])).toEqual([
      "not checked to the end",
      "checked, nothing to say",
    ]);
  });

  it("says of which commit it is and which run made it, as far as the host tells", () => {
    const runs = [
      { commit: "c0ffee", number: 7, link: "https://host.example/7" },
      { commit: undefined, number: undefined, link: undefined },
    ];
    const told = runs.map((run) => markdown(reportFor([], { run }), onGitHub).split("\n"));
    expect(told.map((lines) => [lines[0], lines[4]])).toEqual([
      [
        "[//]: # (slipway-preview slipway/staging 7)",
        "Commit `c0ffee` · [run 7](https://host.example/7)",
      ],
      ["[//]: # (slipway-preview slipway/staging)", "run"],
    ]);
  });

  it("says what Pulumi said where there is no plan at all", () => {
    const text = markdown(
      reportFor([], { code: 6, complaint: "error: no stack named 'x' found" }),
      onBitbucket,
    );
    expect(text).toContain("```text\n| error: no stack named 'x' found\n```");
  });

  it("lists broken policies before advice, and says when the policies were left out", () => {
    const violations = [
      { policy: "slipway/a", isMandatory: false, urn: undefined, message: "better not" },
      { policy: "slipway/b", isMandatory: true, urn: urnOf(database, "db"), message: "never" },
    ];
    expect(markdown(reportFor([], { violations, code: 255 }), onBitbucket)).toContain(
      "**Policies**: 1 broken, 1 advised\n\n- **✗ forbidden** `slipway/b` on `db`: `never`\n- **advice** `slipway/a`: `better not`",
    );
    expect(markdown(reportFor([], { policiesLeftOut: "no host for them" }), onGitHub)).toContain(
      "**Policies**: left out; `no host for them`",
    );
  });

  it("tells which image runs and which one comes", () => {
    const service = "slipway:index:Service";
    const image = `${service}$docker:index/image:Image`;
    const build = { args: { app_commit: "c0ffee", app_branch: "feature/x" } };
    const steps = ["web", "api", "jobs", "old"].map((name) =>
      step(name === "old" ? "delete" : "same", service, name, { before: {} }),
    );
    const report = reportFor(
      [
        ...steps,
        step("update", image, "web", { before: {}, after: { build } }),
        step("same", image, "api", { before: {}, after: {} }),
      ],
      {
        state: {
          ...noState,
          services: {
            web: { tried: "r@sha256:2", proven: releaseOf("a".repeat(40)) },
            old: { tried: undefined, proven: undefined },
          },
        },
      },
    );
    expect(markdown(report, onBitbucket)).toContain(`**Images**

- \`api\`: nothing is proven yet; **it stays**
- \`jobs\`: nothing is proven yet; **nothing is built**: the release is one that the registry holds
- \`old\`: nothing is proven yet; **the service goes**
- \`web\`: now \`localhost:5055/web@sha256:${"a".repeat(64)}\` of commit \`${"a".repeat(40)}\`; tried since and not proven: \`r@sha256:2\`; **a new image will be built** from commit \`c0ffee\` of \`feature/x\`
`);
  });

  it("does not say that nothing is proven where the state could not be read", () => {
    const steps = [step("same", "slipway:index:Service", "web", { before: {} })];
    expect(markdown(reportFor(steps, { state: undefined }), onBitbucket)).toContain(
      "- `web`: what runs now could not be read; ",
    );
  });

  it("draws what changes on GitHub, in boxes of what it belongs to", () => {
    const parent = urnOf("slipway:index:Service", "web");
    const text = markdown(
      reportFor([
        step("update", "slipway:index:Service$a:b:C", 'we"]b', { before: {}, after: {}, parent }),
        step("create", "slipway:index:Service$a:b:D", "new", { after: {}, parent }),
      ]),
      onGitHub,
    );
    expect(text).toContain(`\`\`\`mermaid
flowchart LR
  subgraph r2["Service web"]
    r0["change we··b<br/>C"]:::update
    r1["create new<br/>D"]:::create
  end
`);
    expect(markdown(reportFor(busy), onBitbucket)).not.toContain("mermaid");
  });
});

describe("a report of 500 resources", () => {
  it.each<[string, Dialect]>([
    ["GitHub", onGitHub],
    ["Bitbucket", onBitbucket],
  ])(
    "fits %s, whole, with every replacement and deletion, and says what was left out",
    (_host, dialect) => {
      const text = markdown(reportFor(many(500)), dialect);
      expect(text.length).toBeLessThanOrEqual(dialect.limit);
      expect(text.length).toBeGreaterThan(dialect.limit * 0.8);
      expect(isWhole(text)).toBe(true);
      const lost = (op: string) =>
        Array.from({ length: 125 }, (_, at) => `${op}-${at}`).filter(
          (name) => !text.includes(`\`${name}\``) && !text.includes(`<code>${name}</code>`),
        );
      expect([lost("replace"), lost("delete")]).toEqual([[], []]);
      expect(text).toMatch(/\*Cut at the host's limit: \d+ resources are told in one line/);
    },
  );

  it.each([200, 1000, 2000, 3000, 5000])(
    "is never cut inside anything at a limit of %d",
    (limit) => {
      const text = markdown(reportFor(many(40, "😀`|\n".repeat(60))), {
        folds: true,
        limit: limit + 6000,
      });
      expect(text.length).toBeLessThanOrEqual(limit + 6000);
      expect(text.isWellFormed()).toBe(true);
      expect(isWhole(text)).toBe(true);
    },
  );

  it("keeps its head within the limit when all of it is as long as it can be", () => {
    const long = "`é😀|<b>".repeat(400);
    const steps = Array.from({ length: 500 }, (_, at) =>
      step("replace", `a:b:${long}`, `${at}${long}`, {
        before: { [`k${long}`]: long },
        after: { [`k${long}`]: "" },
        replaceReasons: [`k${long}`],
      }),
    );
    const violations = steps.map(({ urn }) => ({
      policy: long,
      isMandatory: true,
      urn,
      message: long,
    }));
    const diagnostics = steps
      .slice(0, 20)
      .map(() => ({ severity: "error", message: `${long}\n`.repeat(50) }));
    const services = Object.fromEntries(
      steps.map((_, at) => [
        `${at}${long}`,
        { tried: long, proven: { ...releaseOf("a"), image: `${long}2`, commit: long } },
      ]),
    );
    const report = reportFor(steps, {
      violations,
      diagnostics,
      code: 1,
      state: { ...noState, services },
    });
    const text = markdown(report, onBitbucket);
    expect(text.length).toBeLessThanOrEqual(onBitbucket.limit);
    expect(isWhole(text)).toBe(true);
  });
});
