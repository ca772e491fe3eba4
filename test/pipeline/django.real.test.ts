import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { thisMachine } from "../../setup/machine.ts";
import { type Ran, run } from "../../setup/run.ts";
import { which } from "../../setup/which.ts";
import { clearEngine, docker, engineHost, runByHand } from "../rehearsal/engine.ts";
import { type PrivateRegistry, startPrivateRegistry } from "../rehearsal/private-registry.ts";

// The Django example's own pipeline, run on this machine by bb-run in a repository of its own. Docker Hub is played: a `docker`
// that is first on PATH hands everything to the real one, but every name of an image of the example becomes one of a registry
// here, and so does the login. What it cannot prove is that Docker Hub takes the credentials and the push.

const checkout = join(import.meta.dirname, "..", "..");
const example = "examples/django";
const password = ["not", "a", "password", "of", "anyone"].join("-");

let place: string;
let folder: string;
let registry: PrivateRegistry;
let head: string;
/** The engine's images before the tests, also those that only serve as a cache; and the ones that the builds have spoken of. */
let before: ReadonlySet<string>;
const spokenOf: string[] = [];

beforeAll(async () => {
  before = new Set((await docker.listImages({ all: true })).map(({ Id }) => Id));
  registry = await startPrivateRegistry();
  place = mkdtempSync(join(tmpdir(), "slipway-django-"));
  folder = join(place, "repository");
  head = makeRepository();
  playDockerHub();
});

afterAll(async () => {
  await clearEngine(`localhost:${registry.port}/`);
  await clearStages();
  await registry.remove();
  rmSync(place, { recursive: true, force: true });
});

describe("a push of the Django example", { timeout: 900_000 }, () => {
  test("to a feature branch tests and builds it, and nothing leaves it", async () => {
    const ran = await push("default", "feature/x");
    expectPassed(ran);
    expect(ran.stdout).toMatch(/^=+ \d+ passed, \d+ skipped in .*=$/m);
    expect(verbs()).toEqual(["build", "run", "run", "run", "run", "build"]);
    expect(await registry.digestOf("7", "team/nsg-basic-django-app")).toBeUndefined();
    const name = `localhost:${registry.port}/nsg-basic-django-app`;
    const { Config } = await docker.getImage(name).inspect();
    expect(Config.Env?.filter((each) => each.startsWith("app_"))).toEqual([
      `app_commit=${head}`,
      "app_branch=feature/x",
    ]);
  });

  // The step Test is the one that has just run.
  test("to main pushes it under the build's number, where it serves the commit, and shows the password nowhere", async () => {
    const ran = await push("branches.main", "main", "--step", "Publish");
    expectPassed(ran);
    expect(verbs()).toEqual(["build", "login", "tag", "push"]);
    expect(calls()[1]).toBe("login --username team --password-stdin");
    expect(stored()).toBe(`team:${password}`);
    for (const told of [ran.stdout, ran.stderr, calls().join("\n")])
      expect(told).not.toContain(password);
    const image = `localhost:${registry.port}/team/nsg-basic-django-app:7`;
    expect(await registry.digestOf("7", "team/nsg-basic-django-app")).toMatch(/^sha256:/);
    await docker.getImage(image).remove({ force: true });
    expect(await servedBy(image)).toEqual({ status: "ok", commit: head, branch: "main" });
  });
});

/** Makes the example's folder a repository with one commit on `main`, and returns the commit. */
function makeRepository(): string {
  const listed = ["ls-files", "-co", "--exclude-standard", "-z", "."];
  const files = execFileSync("git", listed, { cwd: join(checkout, example), encoding: "utf8" });
  for (const path of files.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(checkout, example, path), join(folder, path));
  }
  const git = (...args: string[]): string =>
    execFileSync(
      "git",
      ["-c", "user.name=Tests", "-c", "user.email=tests@example.invalid", ...args],
      {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null" },
      },
    );
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "The example as it is");
  return git("rev-parse", "HEAD").trim();
}

/** Puts a `docker` into a folder for PATH that notes its arguments and knows Docker Hub's names as this test's registry. */
function playDockerHub(): void {
  const real = which("docker", thisMachine());
  if (real === undefined) throw new Error("no docker command on PATH; install one");
  mkdirSync(join(place, "bin"));
  const script = `#!/bin/sh
printf '%s\\n' "$*" >> '${join(place, "calls")}'
for each do
  shift
  case $each in
    nsg-basic-django-app* | */nsg-basic-django-app*) each=localhost:${registry.port}/$each ;;
  esac
  set -- "$@" "$each"
done
case $1 in login) set -- "$@" localhost:${registry.port} ;; esac
exec '${real}' "$@"
`;
  writeFileSync(join(place, "bin", "docker"), script, { mode: 0o755 });
}

/** Runs a pipeline as a push of a branch would, as build number 7. */
async function push(target: string, branch: string, ...more: string[]): Promise<Ran> {
  writeFileSync(join(place, "calls"), "");
  const variables = `DOCKERHUB_USERNAME=team\nDOCKERHUB_PASSWORD=${password}\nBITBUCKET_BUILD_NUMBER=7\n`;
  writeFileSync(join(place, "variables"), variables);
  const command = "run --silent tool -- bb-run --mode host --no-services --no-cache --color never";
  const where = ["--repo", folder, "--target", target, "--branch", branch];
  const given = ["--env-file", join(place, "variables"), ...more];
  const ran = await run("npm", [...command.split(" "), ...where, ...given], {
    cwd: checkout,
    env: {
      ...process.env,
      DOCKER_HOST: engineHost,
      DOCKER_CONFIG: join(place, "docker"),
      PATH: [join(place, "bin"), process.env.PATH].join(delimiter),
    },
  });
  for (const [, id = ""] of ran.stdout.matchAll(/ ---> ([0-9a-f]{12})$/gm)) spokenOf.push(id);
  return ran;
}

/** Removes the stages without a name that the engine's classic builder has left, last ones first. */
async function clearStages(): Promise<void> {
  for (const id of new Set(spokenOf.toReversed())) {
    const image = docker.getImage(id);
    const found = await image.inspect().catch(() => undefined);
    if (found === undefined || before.has(found.Id) || (found.RepoTags ?? []).length > 0) continue;
    // Refused where another build has gone on from it meanwhile.
    await image.remove().catch(({ statusCode }: { statusCode?: number }) => {
      if (statusCode !== 404 && statusCode !== 409) throw new Error(`${id} cannot be removed`);
    });
  }
}

/** A failure shows what the steps have said. */
function expectPassed({ code, stdout, stderr }: Ran): void {
  if (code !== 0) throw new Error(`the pipeline ended with ${code}:\n${stdout}\n${stderr}`);
  expect(stdout).toContain("Pipeline passed");
}

/** What `docker` was asked for in the last run, line by line. */
function calls(): string[] {
  return readFileSync(join(place, "calls"), "utf8").trim().split("\n");
}

function verbs(): string[] {
  return calls().map((line) => line.split(" ")[0] ?? "");
}

/** Whom docker knows the registry by since the login. */
function stored(): string {
  const config = JSON.parse(readFileSync(join(place, "docker", "config.json"), "utf8")) as {
    auths: Record<string, { auth: string }>;
  };
  const auth = config.auths[`localhost:${registry.port}`]?.auth ?? "";
  return Buffer.from(auth, "base64").toString();
}

/** What a container of an image says of itself. */
async function servedBy(image: string): Promise<unknown> {
  const answer = await fetch(`${await runByHand(image)}/healthcheck`);
  return answer.json();
}
