import { readdirSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Delivery } from "../../rehearsal/deliver.ts";
import { complaint } from "./complaint.ts";
import { prepareDelivery, type TestDelivery } from "./delivery.ts";
import { served } from "./served.ts";

let at: TestDelivery;
let good: string;

beforeAll(async () => {
  at = await prepareDelivery();
  good = at.head();
});
afterAll(() => at?.clear());
function crash(): void {
  at.edit("app/src/serve.py", () => 'raise SystemExit("no database")\n');
  at.commit("Crash");
}

async function rehearsed(...flags: string[]): Promise<Delivery> {
  const { code, stdout, stderr } = await at.run("rehearse", ["--json", ...flags]);
  expect(stderr).not.toContain("✗");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Delivery;
}

describe("a rehearsal", () => {
  afterEach(async () => {
    at.git("reset", "--quiet", "--hard", good);
    expect((await at.run("rehearse", ["--destroy"])).code).toBe(0);
  });

  test("a rehearsal runs beside the delivery on a port of its own, keeps it, and --destroy takes down the rehearsal alone", async () => {
    await at.deliver();
    const delivered = (await at.containers()).map(({ Id }) => Id);

    const first = await rehearsed("--stack", "dev");
    expect(first).toStrictEqual({
      stack: "dev",
      provider: "stand-in",
      seconds: { setup: expect.any(Number), up: expect.any(Number) },
      services: {
        web: {
          url: expect.stringMatching(/^http:\/\/localhost:\d+$/),
          image: `localhost:${at.registry.port}/web@${await at.registry.digestOf(good)}`,
          commit: good,
          branch: "main",
          servedCommit: good,
        },
      },
    });
    const { url = "" } = first.services.web ?? {};
    expect(url).not.toBe(at.url);
    expect(await Promise.all([served(url), served(at.url)])).toStrictEqual([
      { commit: good, branch: "main" },
      { commit: good, branch: "main" },
    ]);
    expect((await rehearsed()).services.web?.url).toBe(url);

    expect((await at.run("rehearse", ["--destroy"])).code).toBe(0);
    expect((await at.containers()).map(({ Id }) => Id)).toStrictEqual(delivered);
    await at.run("stop");
  });

  test("a first rehearsal that fails is taken down again, unless --keep asks to leave it", async () => {
    crash();
    const ran = await at.run("rehearse");
    expect(ran.code).toBe(1);
    expect(complaint(ran)).toMatch(
      /^web: .* gave: no answer \([^)]+\); no earlier release is proven; mend the app and deliver again\n/,
    );
    expect(await at.containers()).toStrictEqual([]);

    const kept = await at.run("rehearse", ["--keep"]);
    expect(kept.code).toBe(1);
    expect(await at.containers()).toHaveLength(1);
  });

  test("a rehearsal that has stood before and fails is left for a look", async () => {
    await rehearsed();
    crash();
    expect((await at.run("rehearse")).code).toBe(1);
    expect(await at.containers()).toHaveLength(1);
  });
});

test("a stack without a file is refused, with the stacks there are", async () => {
  const stacks = readdirSync(at.folder).flatMap(
    (name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [],
  );
  const ran = await at.run("rehearse", ["--stack", "nowhere"]);
  expect(ran.code).toBe(1);
  expect(complaint(ran)).toBe(
    `--stack nowhere: there is no Pulumi.nowhere.yaml; choose one of ${stacks.toSorted().join(", ")}`,
  );
});

test.for([
  { flags: ["--colour"], said: "Unknown option '--colour'" },
  { flags: ["dev"], said: "Unexpected argument 'dev'" },
  { flags: ["--stack"], said: "Option '--stack <value>' argument missing" },
])("the flags $flags are refused, with the flags there are", async ({ flags, said }) => {
  const ran = await at.run("rehearse", flags);
  expect(ran.code).toBe(1);
  expect(complaint(ran)).toBe(
    `command line: ${said}; use --stack, --json, --keep, --destroy, --ground, --rebuild, --release`,
  );
});
