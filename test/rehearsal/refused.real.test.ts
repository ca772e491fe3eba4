import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../../rehearsal/free-port.ts";
import { complaint } from "./complaint.ts";
import { prepareDelivery, type TestDelivery } from "./delivery.ts";

let at: TestDelivery;
let good: string;

beforeAll(async () => {
  at = await prepareDelivery();
  await at.deliver();
  good = at.head();
});
afterAll(() => at?.clear());
afterEach(() => void at.git("reset", "--quiet", "--hard", good));

async function delivered() {
  const containers = await at.containers();
  return { containers: containers.map(({ Id }) => Id), resources: at.resources() };
}

/** Runs `npm start` where it has to fail by the user's mistake, and returns the message. */
async function refusal(env: Record<string, string> = {}): Promise<string> {
  const ran = await at.run("start", ["--json"], env);
  expect({ code: ran.code, stdout: ran.stdout }).toStrictEqual({ code: 1, stdout: "" });
  expect(ran.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  return complaint(ran);
}

const misplaced =
  "holds a secure value, which would land in state in clear; put it under slipway:secrets and refer to it as {secret: NAME}";

/** What Pulumi's own CLI tells under its heading, without how it found its language host. */
function told(stdout: string): string[] {
  const [, diagnostics = ""] = stdout.split("Diagnostics:\n  pulumi:pulumi:Stack (slipway-dev):\n");
  const [lines = ""] = diagnostics.split("\nResources:\n");
  return lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("warning: using pulumi-language-nodejs"));
}

/** A folder with a `node` that takes itself for an older one. */
function oldNode(): string {
  const folder = join(at.folder, ".slipway", "old-node");
  const own = "Object.defineProperty(process.versions,'node',{value:'20.20.2'})";
  const all = "Object.defineProperty(process,'version',{value:'v20.20.2'})";
  mkdirSync(folder);
  writeFileSync(
    join(folder, "node"),
    `#!/bin/sh\nexec '${process.execPath}' --import "data:text/javascript,${own};${all}" "$@"\n`,
    { mode: 0o755 },
  );
  return folder;
}

describe("what is refused leaves the delivery as it is", () => {
  let before: Awaited<ReturnType<typeof delivered>>;
  beforeEach(async () => {
    before = await delivered();
  });
  afterEach(async () => expect(await delivered()).toStrictEqual(before));

  test("Pulumi's own CLI on a Node.js that is too old, in one line", async () => {
    const { code, stdout } = await at.pulumi(["preview"], [oldNode()]);
    expect(code).not.toBe(0);
    expect(told(stdout).toSorted()).toStrictEqual([
      "Node.js: v20.20.2 cannot run this program; install Node.js 24 or put node_modules/.bin first on PATH",
      "error: an unhandled error occurred: Program exited with non-zero exit code: 1",
    ]);
  });

  test("a secure value outside slipway:secrets, by Pulumi's own CLI", async () => {
    const key = "slipway:services.web.env.TOKEN";
    expect((await at.pulumi(["config", "set", "--secret", "--path", key, "x"])).code).toBe(0);
    const { code, stdout } = await at.pulumi(["preview"]);
    expect(code).not.toBe(0);
    expect(told(stdout)).toStrictEqual([
      "error: the configuration of this stack has problems:",
      `slipway:services: ${misplaced}`,
    ]);
  });

  test("unknown and wrong keys, all named at once", async () => {
    at.configure((config) => {
      const { web } = config["slipway:services"];
      config["slipway:colour"] = "blue";
      web.target = { ...web.target, prot: 1, memory: 1 };
      web.registry = { kind: "quay" };
    });
    expect(await refusal()).toBe(
      [
        "the configuration of this stack has problems:",
        '  slipway:services.web.registry.kind: "quay" is unknown; use one of local, docker-hub, artifact-registry, ecr',
        "  slipway:services.web.target.memory: 1 is too small; use 16 or more",
        "  slipway:services.web.target.prot: unknown key; take it out or use one of kind, port, bind, containerPort, memory, processes",
        "  slipway:colour: unknown key; take it out or use one of services, ground, secrets, allowDirty, release, engine",
      ].join("\n"),
    );
  });

  test("a secure value outside slipway:secrets", async () => {
    at.configure((config) => {
      config["slipway:services"].web.env = { TOKEN: { secure: "v1:AAAA:BBBB" } };
    });
    expect(await refusal()).toBe(`slipway:services.web.env.TOKEN: ${misplaced}`);
  });

  test("no Docker engine", async () => {
    expect(await refusal({ DOCKER_HOST: "unix:///nowhere" })).toBe(
      "docker: no engine answers at unix:///nowhere (DOCKER_HOST); start it, or unset DOCKER_HOST to use the one on this machine",
    );
  });

  test("a folder that is no git checkout", async () => {
    renameSync(join(at.folder, ".git"), join(at.folder, ".git-away"));
    try {
      expect(await refusal()).toBe(
        `source.context: ${at.folder}/app is not in a git checkout, so its commit is unknown; run git init and commit, or set BITBUCKET_COMMIT and BITBUCKET_BRANCH`,
      );
    } finally {
      renameSync(join(at.folder, ".git-away"), join(at.folder, ".git"));
    }
  });

  test("a missing Dockerfile", async () => {
    at.git("rm", "--quiet", "app/Dockerfile");
    at.commit("Without");
    expect(await refusal()).toBe(
      "slipway:services.web.source: there is no app/Dockerfile in the checkout; add it, or name another with dockerfile",
    );
  });

  test("a step of the build that fails, with the end of its output", async () => {
    at.edit("app/Dockerfile", (text) => `${text}RUN echo first && echo second && exit 3\n`);
    at.commit("Fail");
    expect(await refusal()).toBe(
      [
        "source.dockerfile: the image cannot be built (executor failed running [/bin/sh -c echo first && echo second && exit 3]: exit code: 3); mend the step that failed",
        "failed step: [production 2/2] RUN echo first && echo second && exit 3",
        "  first",
        "  second",
      ].join("\n"),
    );
  });

  test("a release that was never delivered", async () => {
    const release = "0".repeat(40);
    const ran = await at.run("start", ["--release", release]);
    expect(ran.code).toBe(1);
    expect(complaint(ran)).toBe(
      `slipway:release: localhost:${at.registry.port}/web holds no image of ${release} for web; name a commit that was delivered from there`,
    );
  });

  test("a release that is no full commit", async () => {
    const ran = await at.run("start", ["--release", "v1"]);
    expect(ran.code).toBe(1);
    expect(complaint(ran)).toBe(
      'the configuration of this stack has problems:\n  slipway:release: "v1" is no full commit; give all 40 hexadecimal digits',
    );
  });

  test("a flag that the command does not know", async () => {
    const ran = await at.run("start", ["--colour"]);
    expect(ran.code).toBe(1);
    expect(complaint(ran)).toBe(
      "command line: Unknown option '--colour'; use --json, --rebuild, --release",
    );
  });

  test("nothing more, and the next start works", async () => {
    const { services } = await at.deliver();
    expect(services.web?.servedCommit).toBe(good);
  });
});

function unproven(commit: string, seen: string): string {
  return `web: ${at.url}/ should serve commit ${commit} and in 4 s gave: ${seen}; go back to the last proven release with npm start -- --release ${good}, or with slipway:release: ${good} in the stack file`;
}

describe("what fails when it runs is told, and the next good start works", () => {
  afterEach(async () => {
    at.git("reset", "--quiet", "--hard", good);
    const { services } = await at.deliver();
    expect(services.web?.servedCommit).toBe(good);
    expect((await at.containers()).map(({ State }) => State.Status)).toStrictEqual(["running"]);
  });

  test("a port that is taken", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    at.configure((config) => {
      config["slipway:services"].web.target.port = port;
    });
    expect(await refusal()).toBe(
      `target.port: ${port} is taken on this machine; free it, or choose another port in the stack file`,
    );
    other.close();
  });

  test("an app that ends as it starts, with the end of its log", async () => {
    at.edit("app/src/serve.py", () => 'raise SystemExit("no database")\n');
    const commit = at.commit("Crash");
    const [first, second, ...log] = (await refusal()).split("\n");
    // Refused, reset or too late, as it happens.
    expect(first?.replace(/no answer \([^)]+\)/, "no answer")).toBe(unproven(commit, "no answer"));
    expect(second).toMatch(
      /^ {2}its container is \w+, exit code 1, restarted \d+ times; the end of its log:$/,
    );
    expect(new Set(log)).toStrictEqual(new Set(["    no database"]));
  });

  test("an app that serves another commit", async () => {
    at.edit("app/src/main.py", (text) =>
      text.replace('commit = _text(environment, "app_commit", UNKNOWN)', 'commit = "another"'),
    );
    const commit = at.commit("Pretend");
    const [first, second] = (await refusal()).split("\n");
    expect(first).toBe(unproven(commit, "commit another"));
    expect(second).toBe(
      "  its container is running, exit code 0, restarted 0 times; the end of its log:",
    );
  });
});
