import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench } from "../app/app-image.ts";
import { until } from "../rehearsal/until.ts";
import { broughtCompose } from "./brought-compose.ts";
import { openProject, type Project, served } from "./project.ts";

// One developer's day, from `docker compose up` on: each test goes on where the one before it ended.

const DESCRIPTION = /^DESCRIPTION = .*$/m;

let project: Project;

beforeAll(async () => {
  project = await openProject(await broughtCompose());
  // Without the watcher, which would run the tests at each edit.
  await project.compose("up", "--detach", "app");
}, 600_000);

afterAll(() => project?.remove());

test("20 edits in a row are served by the same container and the same server", async () => {
  await describes("A small web app");
  const before = await whoServes();
  for (let number = 1; number <= 20; number += 1) {
    describeAs(`Edit ${number}`);
    await describes(`Edit ${number}`);
  }
  expect(await whoServes()).toEqual(before);
});

test.each([
  ["def broken(:", "SyntaxError: invalid syntax"],
  ["nowhere", "NameError: name 'nowhere' is not defined"],
])(
  "an edit that breaks the app is shown and logged, and the next recovers: %s",
  async (line, error) => {
    const before = await whoServes();
    project.checkout.edit("app/src/main.py", (text) => `${text}${line}\n`);
    await served(project.url, (text) => text.trimEnd().endsWith(error));
    expect(await project.logs("app")).toContain(error);
    project.checkout.edit("app/src/main.py", (text) => text.replace(`${line}\n`, ""));
    describeAs(`Recovered from ${line}`);
    await describes(`Recovered from ${line}`);
    expect(await whoServes()).toEqual(before);
  },
);

test("an edited template is served", async () => {
  const before = await whoServes();
  project.checkout.edit("app/src/templates/release.html", (text) =>
    text.replace("What is running here", "What runs here now"),
  );
  const page = await served(project.url, (text) => text.includes("<h1>"), { Accept: "text/html" });
  expect(page).toContain("<h1>What runs here now</h1>");
  expect(await whoServes()).toEqual(before);
});

test("the watcher's tests fail after an edit that breaks one, and pass after the next", async () => {
  await project.compose("up", "--detach");
  await until("a first pass", async () => (await passes()) > 0, 120);
  const [passedBefore, failedBefore] = [await passes(), await failures()];
  const [good, bad] = ["commit=commit, branch=branch", "commit=branch, branch=commit"];
  project.checkout.edit("app/src/main.py", (text) =>
    text.replace(`jsonify(${good})`, `jsonify(${bad})`),
  );
  await until("a failure", async () => (await failures()) > failedBefore, 120);
  project.checkout.edit("app/src/main.py", (text) =>
    text.replace(`jsonify(${bad})`, `jsonify(${good})`),
  );
  await until("another pass", async () => (await passes()) > passedBefore, 120);
});

test("settings of .env reach the app and are in no image", async () => {
  project.checkout.edit("app/src/main.py", (text) => text.replace(DESCRIPTION, 'DESCRIPTION = ""'));
  const sample = readFileSync(join(project.checkout.folder, ".env.sample"), "utf8");
  project.checkout.edit(".env", () =>
    sample.replace("APP_DESCRIPTION=", "APP_DESCRIPTION=set-in-dot-env"),
  );
  project.checkout.edit("app/.env", () => "APP_DESCRIPTION=set-in-dot-env\n");
  await project.compose("up", "--detach", "--build");
  await describes("set-in-dot-env");
  const bench = new Bench();
  for (const service of ["app", "test"]) {
    const { Image } = await (await project.container(service)).inspect();
    const look = "find / -xdev -name '.env*'; grep -rl set-in-dot-env /app /etc /usr/local /tmp";
    const found = await bench.runToEnd(Image, ["sh", "-c", `(${look}) 2>/dev/null`]);
    expect(found.output).toBe("");
  }
  await bench.clear();
});

test("edits are found by polling where .env asks for it", async () => {
  const watchers = () =>
    project.execute("app", "sh", "-c", "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c inotify");
  await until("inotify", async () => (await watchers()).trim() === "1");
  project.checkout.edit(".env", () => "WATCHFILES_FORCE_POLLING=true\n");
  await project.compose("up", "--detach");
  describeAs("Before it polls");
  await describes("Before it polls");
  expect((await watchers()).trim()).toBe("0");
  describeAs("Found by polling");
  await describes("Found by polling");
  const passed = await until("a pass", async () => (await passes()) || false, 120);
  describeAs("Found by polling again");
  await until("another pass", async () => (await passes()) > passed, 120);
});

test("a line added to the requirements is there after up --build", async () => {
  project.checkout.edit(".env", () => "");
  project.checkout.edit("app/requirements.txt", (text) => `${text}six==1.17.0\n`);
  project.checkout.edit("app/src/main.py", (text) => `import six\n${text}`);
  await served(project.url, (text) => text.includes("No module named 'six'"));
  await project.compose("up", "--detach", "--build");
  project.checkout.edit("app/src/main.py", (text) =>
    text.replace(DESCRIPTION, 'DESCRIPTION = f"six {six.__version__}"'),
  );
  await describes("six 1.17.0");
});

test("another owner's checkout is used as that owner, and gets no file of anybody else", async (context) => {
  if (process.getuid?.() !== 0) context.skip("only root can give a checkout to somebody else");
  const { folder } = project.checkout;
  execFileSync("chown", ["--recursive", "--no-dereference", "4321:4321", folder]);
  const before = filesOf(folder);
  await project.compose("up", "--detach", "--force-recreate");
  describeAs("Somebody else's");
  await describes("Somebody else's");
  await until("a pass", async () => (await passes()) > 0, 120);
  for (const service of ["app", "test"]) {
    const { Processes } = await (await project.container(service)).top({
      ps_args: "-eo pid,uid,args",
    });
    const [init, ...others] = Processes as [pid: string, uid: string, args: string][];
    expect(init?.[2]).toContain("init");
    expect([...new Set(others.map(([, uid]) => uid))]).toEqual(["4321"]);
  }
  expect(filesOf(folder)).toEqual(before);
  expect([...new Set(Object.values(filesOf(folder)))]).toEqual([4321]);
});

test("another owner's containers stop by themselves", async () => {
  const containers = [await project.container("app"), await project.container("test")];
  await project.compose("stop", "--timeout", "10");
  const ended = await Promise.all(containers.map((container) => container.inspect()));
  expect(ended.map(({ State }) => State.ExitCode)).toEqual([0, 0]);
});

function describeAs(description: string): void {
  project.checkout.edit("app/src/main.py", (text) =>
    text.replace(DESCRIPTION, `DESCRIPTION = "${description}"`),
  );
}

function describes(description: string): Promise<string> {
  return served(`${project.url}/healthcheck`, (text) =>
    text.includes(`"description":"${description}`),
  );
}

/** The container with its start, and the first process that serves in it. */
async function whoServes(): Promise<readonly unknown[]> {
  const { Id, State } = await (await project.container("app")).inspect();
  const master = await project.execute("app", "sh", "-c", "cat /proc/1/task/1/children");
  return [Id, State.StartedAt, master.trim()];
}

/** How often the watcher's tests have all passed, and how often not. */
async function passes(): Promise<number> {
  return count(await project.logs("test"), /= \d+ passed in /g);
}

async function failures(): Promise<number> {
  return count(await project.logs("test"), / [1-9]\d* failed, \d+ passed in /g);
}

/** Every file and folder with its owner, but for what is only linked to. */
function filesOf(folder: string): Record<string, number> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const own = paths.filter((path) => !/^(?:node_modules|\.git)\//.test(path));
  return Object.fromEntries(own.map((path) => [path, lstatSync(join(folder, path)).uid]));
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}
