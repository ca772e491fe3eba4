import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { ready } from "../../setup/ready.ts";
import { type Ran, run } from "../../setup/run.ts";
import { silentStory } from "../../setup/story.ts";
import { commitAll, git, temporaryFolder, write } from "../infra/repository.ts";
import { launch } from "../rehearsal/launch.ts";
import { until } from "../rehearsal/until.ts";
import { imageOf } from "./releases.ts";

const checkout = join(import.meta.dirname, "..", "..");
const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];
const up = ["pulumi", "up", "--stack", "production"];

/** What the corridor tells Pulumi, without an image, a target and a URL behind it. */
const program = `
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
class Service extends pulumi.ComponentResource {
  constructor(attempt) {
    super("slipway:index:Service", "web");
    this.registerOutputs(attempt);
  }
}
export default async () => {
  const { HEAD: head, BROKEN: broken, HANGS: hangs } = process.env;
  const commit = new pulumi.Config("slipway").getObject("release")?.web ?? head;
  const image = "localhost:5055/web@sha256:" + commit.slice(0, 8).repeat(8);
  new Service({ image: pulumi.output(image), attempt: 1 });
  if (hangs && !pulumi.runtime.isDryRun()) {
    writeFileSync(hangs, "");
    await new Promise((resolve) => setTimeout(resolve, 120_000));
  }
  if (commit === broken && !pulumi.runtime.isDryRun()) throw new pulumi.RunError("web: not proven");
  return { web: { url: "http://localhost", image, commit, branch: "main", servedCommit: commit } };
};
`;

/** A project with Pulumi's real engine and a state of its own; its stack file holds a secret. */
async function project() {
  const { path } = await ready(["pulumi"], silentStory);
  const folder = temporaryFolder();
  const own = temporaryFolder();
  write(folder, {
    "Pulumi.yaml":
      "name: slipway\nmain: infra/\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "package.json": '{ "type": "module" }',
    "infra/package.json": '{ "type": "module", "main": "index.js" }',
    "infra/index.js": program,
    "Pulumi.production.yaml":
      "config: { 'slipway:services': { web: { source: { context: app } } } }\n",
    ".gitignore": "node_modules\n",
  });
  symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"), "junction");
  for (const name of ["state", "home"]) mkdirSync(join(own, name));
  const others = /^(?:CI$|BITBUCKET_|GITHUB_|PULUMI_|SLIPWAY_|FORCE_COLOR$|NODE_OPTIONS$)/;
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !others.test(name))),
    NO_COLOR: "1",
    PATH: [...path, join(checkout, "node_modules", ".bin"), process.env.PATH].join(delimiter),
    PULUMI_BACKEND_URL: pathToFileURL(join(own, "state")).href,
    PULUMI_HOME: join(own, "home"),
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  };
  const pulumi = (...args: string[]): Promise<Ran> => run("pulumi", args, { cwd: folder, env });
  git(folder, "init", "--quiet", "--initial-branch", "main");
  await pulumi("stack", "init", "production");
  await pulumi(
    "config",
    "set",
    "--secret",
    "--path",
    "slipway:secrets.KEY",
    "canary",
    "--stack",
    "production",
  );
  commitAll(folder);
  const command = (verb: string, args: readonly string[]) => [
    join(checkout, "delivery", `${verb}.ts`),
    ...args,
  ];
  return {
    folder,
    run: (verb: string, args: readonly string[], more: Record<string, string>): Promise<Ran> =>
      run(process.execPath, command(verb, args), { cwd: folder, env: { ...env, ...more } }),
    launch: (verb: string, args: readonly string[], more: Record<string, string>) =>
      launch(process.execPath, command(verb, args), { cwd: folder, env: { ...env, ...more } }),
    async released(): Promise<string> {
      const { stdout } = await pulumi("stack", "output", "--json", "--stack", "production");
      return (JSON.parse(stdout) as { web: { commit: string } }).web.commit;
    },
  };
}

/** What the delivery itself says, between the lines of Pulumi. */
const own = (stderr: string) =>
  stderr.split("\n").filter((line) => /^ {2}(?:web|stack)/.test(line));

it("a broken release makes room for the last proven one, on Pulumi's real engine", async () => {
  const { folder, run, released } = await project();
  expect((await run("deliver", up, { HEAD: a })).code).toBe(0);

  const failed = await run("deliver", up, { HEAD: b, BROKEN: b });
  expect(failed.stdout).toContain("error: web: not proven");
  expect({ code: failed.code, own: own(failed.stderr) }).toEqual({
    code: 1,
    own: [
      `  web: failed ${imageOf(b)}`,
      "  stack production: bringing the last proven release back",
      `  web: restored ${imageOf(a)}, which is ${a}`,
    ],
  });
  expect(await released()).toBe(a);

  const back = await run("rollback", ["--stack", "production", "--to", c], { HEAD: b });
  expect({ code: back.code, own: own(back.stderr).slice(1) }).toEqual({
    code: 0,
    own: [`  web: old ${imageOf(a)}`, `  web: new ${imageOf(c)}`],
  });
  expect(await released()).toBe(c);
  expect(git(folder, "status", "--porcelain")).toBe("");
});

it("Ctrl-C ends the command in its own way, and nothing is brought back behind one's back", async () => {
  const { run, launch, released } = await project();
  expect((await run("deliver", up, { HEAD: a })).code).toBe(0);
  const hangs = join(temporaryFolder(), "hangs");
  const launched = launch("deliver", up, { HEAD: b, HANGS: hangs });
  await until("the program hangs", () => existsSync(hangs));
  launched.signal("SIGINT");
  const { code, stdout, stderr } = await launched.ended;
  expect(stdout + stderr).toContain("^C received");
  expect({ code, own: own(stderr) }).toEqual({
    code: 1,
    own: [
      "  stack production: interrupted, so what was under way may stand half done; npm run rollback -- --stack production goes back",
    ],
  });
  await launched.gone();
  expect(await released()).toBe(a);
});
