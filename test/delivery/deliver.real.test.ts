import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { git, temporaryFolder } from "../infra/repository.ts";
import { until } from "../rehearsal/until.ts";
import { engineProject } from "./engine-project.ts";
import { imageOf } from "./releases.ts";

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];
const up = ["pulumi", "up", "--stack", "production"];

/** What the delivery itself says, between the lines of Pulumi. */
const own = (stderr: string) =>
  stderr.split("\n").filter((line) => /^ {2}(?:web|stack)/.test(line));

it("a broken release makes room for the last proven one, on Pulumi's real engine", async () => {
  const { folder, run, released } = await engineProject();
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
  const { run, launch, released } = await engineProject();
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
