import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect, it, vi } from "vitest";
import { type Ran, run } from "../../setup/run.ts";
import { repository } from "../infra/repository.ts";
import { hostServer } from "./report/host-server.ts";
import { busy } from "./report/plans.ts";

vi.setConfig({ testTimeout: 60_000 });

const checkout = join(import.meta.dirname, "..", "..");
const verb = join(checkout, "delivery", "preview.ts");

/** What the pretended Pulumi answers to a preview. */
interface Answer {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** The log of its engine's events. */
  readonly events?: readonly object[];
}

/** A project whose Pulumi only pretends, and how to preview it. */
function project(answer: Answer) {
  const { folder } = repository();
  writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  const tools = join(folder, ".git", "tools");
  mkdirSync(tools);
  const log = join(tools, "args.json");
  writeFileSync(join(tools, "answer.json"), JSON.stringify(answer));
  writeFileSync(join(tools, "pulumi"), pretended(join(tools, "answer.json"), log), { mode: 0o755 });
  const asked = () => JSON.parse(readFileSync(log, "utf8")) as { args: string[]; env: string[] };
  return {
    folder,
    args: (): string[] => asked().args,
    asked,
    preview: (args: readonly string[], env: object = {}): Promise<Ran> =>
      run(process.execPath, [verb, "--stack", "staging", ...args], {
        cwd: folder,
        env: {
          HOME: process.env.HOME,
          PATH: [tools, dirname(process.execPath), process.env.PATH].join(delimiter),
          NO_COLOR: "1",
          NODE_COMPILE_CACHE: join(checkout, ".slipway", "compile-cache"),
          ...env,
        },
        timeout: 60_000,
      }),
  };
}

/** There is no stack yet, as far as its state goes. */
function pretended(answer: string, log: string): string {
  return `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
if (args[0] === "version") {
  process.stdout.write("v3.259.0\\n");
  process.exit();
}
if (args[0] === "stack") {
  process.stderr.write("error: no stack named 'staging' found\\n");
  process.exit(6);
}
writeFileSync(${JSON.stringify(log)}, JSON.stringify({ args, env: Object.keys(process.env) }));
const { code = 0, stdout = "", stderr = "", events } = JSON.parse(readFileSync(${JSON.stringify(answer)}, "utf8"));
if (events) writeFileSync(args[args.indexOf("--event-log") + 1], events.map((one) => JSON.stringify(one)).join("\\n"));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
`;
}

const plan = JSON.stringify({ steps: busy });

it("prints the report, writes it to a file, and leaves nothing else behind", async () => {
  const { folder, preview, args } = project({ stdout: plan });
  const { code, stdout, stderr } = await preview(["--out", "report.md"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n").slice(0, 5)).toEqual([
    "[//]: # (slipway-preview shop/staging)",
    "",
    "## Preview of `staging`",
    "",
    "**⚠ 1 to replace · ⚠ 1 to delete · 1 to change · 1 to create** · 1 unchanged",
  ]);
  expect(readFileSync(join(folder, "report.md"), "utf8")).toBe(stdout);
  const log = args()[args().indexOf("--event-log") + 1] ?? "";
  expect(args().slice(0, 6)).toEqual([
    "preview",
    "--json",
    "--non-interactive",
    "--show-sames",
    "--stack",
    "staging",
  ]);
  expect(existsSync(dirname(log))).toBe(false);
});

it.each<[string, Answer, string]>([
  [
    "with a plan that got so far",
    { stdout: JSON.stringify({ diagnostics: [{ message: "error: no", severity: "error" }] }) },
    "| error: no",
  ],
  [
    "without a plan",
    { stderr: "Previewing…\nerror: no stack named 'x' found\n" },
    "| error: no stack named 'x' found",
  ],
  ["without a word", {}, "Pulumi ended with exit code 255."],
])("ends as Pulumi did when the preview fails %s, and still tells", async (_how, answer, words) => {
  const { code, stdout } = await project({ ...answer, code: 255 }).preview([]);
  expect(code).toBe(255);
  expect(stdout).toContain("**✗ The preview failed**");
  expect(stdout).toContain(words);
});

it("tells which policies are broken, which only the engine's log knows", async () => {
  const policyEvent = {
    policyPackName: "slipway",
    policyName: "image-by-digest",
    message: "<{%fg 1%}>name the image by its digest<{%reset%}>\n",
    enforcementLevel: "mandatory",
  };
  const { stdout } = await project({
    code: 255,
    stdout: plan,
    events: [
      { sequence: 1 },
      { policyEvent },
      { policyEvent: { ...policyEvent, enforcementLevel: "none" } },
    ],
  }).preview([]);
  expect(stdout).toContain(
    "✗ forbidden** `slipway/image-by-digest`: `name the image by its digest`",
  );
});

it("publishes where the pipeline's host shows it, and never prints a token", async () => {
  const server = await hostServer();
  const token = "t0ken-of-the-tests";
  const { code, stdout, stderr } = await project({ stdout: plan.replace("90s", token) }).preview(
    ["--publish"],
    {
      BITBUCKET_WORKSPACE: "acme",
      BITBUCKET_REPO_SLUG: "web",
      BITBUCKET_COMMIT: "c0ffee",
      BITBUCKET_PR_ID: "12",
      BITBUCKET_ACCESS_TOKEN: token,
      BITBUCKET_API_URL: `${server.address}/bitbucket`,
      BITBUCKET_INSIGHTS_PROXY: server.address,
    },
  );
  expect([code, stderr.trim().split(/\n\s*/)]).toEqual([
    0,
    ["comment: created on the pull request"],
  ]);
  const shown = [stdout, stderr, ...server.comments.map(({ text }) => text)].join("\n");
  expect(shown).toContain('+ template.timeout: "[secret]"');
  expect(shown).not.toContain(token);
});

it("hands the program no token with which comments are written", async () => {
  const { preview, asked } = project({ stdout: plan });
  const given = {
    BITBUCKET_ACCESS_TOKEN: "t0ken-of-the-tests",
    GITHUB_TOKEN: "t0ken-of-the-tests",
    PULUMI_ACCESS_TOKEN: "pul-of-the-tests",
  };
  await preview([], given);
  expect(Object.keys(given).filter((name) => asked().env.includes(name))).toEqual([
    "PULUMI_ACCESS_TOKEN",
  ]);
});

it("says in one line which address is none, and previews nothing", async () => {
  const { preview } = project({ stdout: plan });
  const { code, stdout, stderr } = await preview(["--publish"], {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: "acme/web",
    GITHUB_API_URL: "api.github.com",
  });
  expect([code, stdout, stderr]).toEqual([
    1,
    "",
    "  GITHUB_API_URL: is no address that begins with http:// or https://; write it like https://api.github.com, or leave it out\n",
  ]);
});

it("says that nobody was told where there is no pipeline, and refuses what it does not know", async () => {
  const { preview } = project({ stdout: plan });
  const alone = await preview(["--publish"]);
  expect([alone.code, alone.stderr]).toEqual([
    0,
    expect.stringMatching(/^ {2}--publish: this is no step of /),
  ]);
  const refused = await preview(["--outt", "x"]);
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([
    1,
    "",
    expect.stringMatching(/^ {2}command line: .*; use --stack, --out, --publish\n$/),
  ]);
  const nowhere = await preview(["--out", "no/such/folder/x.md"]);
  expect([nowhere.code, nowhere.stderr]).toEqual([
    1,
    expect.stringMatching(/^ {2}--out no\/such\/folder\/x\.md: cannot be written /),
  ]);
});

it("is told as an answer of an unknown form, when it is one", async () => {
  const { code, stderr } = await project({ stdout: '{"steps": 1}' }).preview([]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^ {2}pulumi preview --json: its answer is of an unknown form; /),
  ]);
});
