import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ready } from "../../setup/ready.ts";
import { type Ran, run } from "../../setup/run.ts";
import { silentStory } from "../../setup/story.ts";
import { commitAll, git, temporaryFolder, write } from "../infra/repository.ts";
import { launch } from "../rehearsal/launch.ts";

const checkout = join(import.meta.dirname, "..", "..");

/** What the corridor tells Pulumi, without an image, a target and a URL behind it. */
const program = `
import { existsSync, writeFileSync } from "node:fs";
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
    writeFileSync(hangs, String(process.ppid));
    while (existsSync(hangs)) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (commit === broken && !pulumi.runtime.isDryRun()) throw new pulumi.RunError("web: not proven");
  return { web: { url: "http://localhost", image, commit, branch: "main", servedCommit: commit } };
};
`;

/**
 * Makes a project with Pulumi's real engine and a state of its own; its stack file holds a secret. The environment says what
 * its program does: it delivers the commit `HEAD`, comes to no proof of `BROKEN`, and where it is no preview makes the file
 * `HANGS`, with the id of the process group that it runs in, and waits until that is gone.
 */
export async function engineProject() {
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
    /** What Pulumi itself answers. */
    pulumi,
    /** The commit of the last proven release. */
    async released(): Promise<string> {
      const { stdout } = await pulumi("stack", "output", "--json", "--stack", "production");
      return (JSON.parse(stdout) as { web: { commit: string } }).web.commit;
    },
  };
}
