import { describe, expect, it } from "vitest";
import type { PlannedStep } from "../../../delivery/plan.ts";
import { inText, onBitbucket, onGitHub } from "../../../delivery/report/dialect.ts";
import { insightsOf } from "../../../delivery/report/insights.ts";
import { markdown } from "../../../delivery/report/markdown.ts";
import {
  isSensitive,
  maskFor,
  secretSignature as signature,
} from "../../../delivery/report/mask.ts";
import { noState } from "../../../delivery/state/stack-state.ts";
import { releaseOf } from "../releases.ts";
import { reportFor, step, urnOf } from "./plans.ts";

const canary = "c4nary-in-the-clear-0815";
const envelope = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value: canary,
};

function everywhere(
  steps: readonly PlannedStep[],
  options: Parameters<typeof reportFor>[1] = {},
): string {
  const report = reportFor(steps, options);
  const texts = [inText, onBitbucket, onGitHub].map((dialect) => markdown(report, dialect));
  return [...texts, JSON.stringify(insightsOf(report))].join("\n");
}

/** A plan and what is beside it, with the same words in each field that is told. */
function everyField(words: string): Parameters<typeof everywhere> {
  const parent = urnOf("slipway:index:Service", words);
  const service = "slipway:index:Service";
  const args = { app_commit: words, app_branch: words };
  const steps = [
    step("create", `a:b:${words}`, words, { after: { [words]: words }, parent }),
    step("replace", `a:b:${words}`, `r${words}`, {
      before: { x: words },
      after: { x: `${words}2` },
      replaceReasons: [words],
      parent,
    }),
    step("delete", "a:b:C", words, { before: {}, parent }),
    step("update", `${service}$docker:index/image:Image`, "web", {
      before: {},
      after: { build: { args } },
    }),
    step("same", service, "web", { before: {} }),
    step("same", service, words, { before: {} }),
  ];
  const proven = { ...releaseOf("a"), image: words, commit: words };
  const options = {
    complaint: words,
    diagnostics: ["error", "warning"].map((severity) => ({ severity, message: words })),
    violations: [{ policy: words, isMandatory: true, urn: parent, message: words }],
    policiesLeftOut: words,
    state: {
      ...noState,
      services: { web: { tried: words, proven }, [words]: { tried: words, proven } },
    },
  };
  return [steps, options];
}

describe("a report shows no secret", () => {
  it.each<[string, unknown]>([
    ["under a name of a credential", { password: canary }],
    ["anywhere below one", { credentials: { user: [{ deep: canary }] } }],
    ["in a variable of Cloud Run", { envs: [{ name: "DB_PASSWORD", value: canary }] }],
    [
      "in a setting of Beanstalk",
      { settings: [{ namespace: "x", name: "API_TOKEN", value: canary }] },
    ],
    ["in a variable of a container", { envs: [`SESSION_KEY=${canary}`] }],
    ["in an envelope of Pulumi", { harmless: envelope }],
    ["in an envelope inside a text", { harmless: `before ${JSON.stringify(envelope)} after` }],
    ["in JSON inside a text", { policy: JSON.stringify({ a: [{ clientSecret: canary }] }) }],
    ["in a URL", { url: `postgres://me:${canary}@db/x` }],
    [
      "in a private key",
      { text: `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----` },
    ],
    ["in a token of a known form", { text: `ghp_${canary.replaceAll("-", "x")}` }],
  ])("%s", (_where, properties) => {
    const inputs = properties as Record<string, unknown>;
    const steps = [
      step("create", "a:b:C", "new", { after: inputs }),
      step("update", "a:b:C", "changed", { before: { other: 1 }, after: inputs }),
      step("update", "a:b:C", "taken", { before: inputs, after: {} }),
    ];
    const text = everywhere(steps);
    expect(text).not.toContain(canary);
    expect(text).not.toContain(canary.replaceAll("-", "x"));
    expect(text).toContain("[secret]");
  });

  it("that is a credential of the pipeline, wherever it turns up, also when it is cut", () => {
    const error = { severity: "error", message: `cannot log in with ${canary}` };
    const env = { BITBUCKET_ACCESS_TOKEN: canary };
    const text = everywhere(
      [
        step("create", "a:b:C", `x-${canary}`, {
          after: { [`k-${canary}`]: "1", text: `${"x".repeat(195)}${canary}` },
        }),
        step("replace", "a:b:C", "y", {
          before: { a: canary },
          after: { a: 1 },
          replaceReasons: ["a"],
        }),
      ],
      {
        env,
        code: 1,
        diagnostics: [error],
        violations: [{ policy: "p", isMandatory: true, urn: urnOf("a:b:C", "y"), message: canary }],
      },
    );
    expect(text).not.toContain(canary.slice(0, 5));
  });

  it.each([
    `redis://:${canary}@cache/0`,
    `postgres://me:p@${canary}@db/x`,
    `postgres://me:p/${canary}@db/x`,
    `https://${canary}xxxx@github.com/acme/web`,
    `AIza${"c4nary".repeat(6).slice(0, 35)}`,
    `ATBB${"c4nary".repeat(5)}`,
    `ATATT3${"c4nary-".repeat(5)}`,
    `ATCTT3c4-${"c4nary-".repeat(5)}`,
    `dckr_oat_${"c4nary-".repeat(4)}`,
    `xoxe-${"c4nary".repeat(3)}`,
    `--password=${canary}`,
  ])("of the shape of %s, in any field", (secret) => {
    const text = everywhere(...everyField(`x ${secret} y`));
    expect(text.match(/.*c4nary.*/g) ?? []).toEqual([]);
    expect(text.includes("[secret]")).toBe(true);
  });

  it("that is a credential of the pipeline, in any field", () => {
    const [steps, options] = everyField(canary);
    const text = everywhere(steps, { ...options, env: { GITHUB_TOKEN: canary } });
    expect(text.match(/.*c4nary.*/g) ?? []).toEqual([]);
  });

  it("is made in time of texts that were written to hold it up", () => {
    const texts = ["eyJ-", "://a:", "xoxb-", "-----BEGIN PRIVATE KEY-----", `{${signature}`];
    for (const text of texts) maskFor({})(text.repeat(30_000));
  });

  it("and still says that one changed", () => {
    const text = markdown(
      reportFor([
        step("update", "a:b:C", "web", {
          before: { password: "one", registry: "[secret]" },
          after: { password: "two", registry: "[secret]" },
          detailedDiff: { registry: { diffKind: "update" } },
        }),
      ]),
      inText,
    );
    expect(text).toContain(
      "```diff\n- password: [secret]\n+ password: [secret]\n- registry: [secret]\n+ registry: [secret]\n```",
    );
  });
});

describe("a name", () => {
  it.each([
    "password",
    "dbPassword",
    "DB_PASSWD",
    "passphrase",
    "clientSecret",
    "authToken",
    "GITHUB_TOKEN",
    "credentials",
    "privateKey",
    "private_key",
    "API_KEY",
    "accessKey",
    "GCP_SERVICE_KEY",
    "authorization",
    "Set-Cookie",
    "connectionString",
    "SENTRY_DSN",
    "DB_PASS",
  ])("%s is one of a credential", (name) => {
    expect(isSensitive(name)).toBe(true);
  });

  it.each([
    "name",
    "location",
    "image",
    "key",
    "compass",
    "author",
    "APP_DESCRIPTION",
    "keyboard",
    "monkey",
  ])("%s is none", (name) => {
    expect(isSensitive(name)).toBe(false);
  });
});
