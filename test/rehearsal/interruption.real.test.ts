import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { complaint } from "./complaint.ts";
import { prepareDelivery, type TestDelivery } from "./delivery.ts";
import { type EngineProxy, openEngineProxy } from "./engine-proxy.ts";
import type { Launched } from "./launch.ts";

let at: TestDelivery;
let proxy: EngineProxy;
let env: Record<string, string>;
let launched: Launched | undefined;

beforeAll(async () => {
  at = await prepareDelivery();
  proxy = await openEngineProxy();
  env = { DOCKER_HOST: proxy.host };
  await at.deliver([], env);
});
afterAll(async () => {
  proxy?.close();
  await at?.clear();
});
beforeEach(() => {
  at.edit("app/src/main.py", (text) => `${text}# ${performance.now()}\n`);
  at.commit("Another line");
});
afterEach(() => launched?.signal("SIGKILL"));

const interrupted = "interrupted; nothing is lost, the same command goes on from here";

/** The next start delivers the commit, by one container and nothing beside it. */
async function expectTheNextStartToWork(): Promise<void> {
  const { services } = await at.deliver([], env);
  expect(services.web?.servedCommit).toBe(at.head());
  const containers = await at.containers();
  expect(containers.map(({ State }) => State.Status)).toStrictEqual(["running"]);
}

describe("Ctrl-C", () => {
  test.for([
    { stage: "set-up", what: "request", pattern: /^GET \S*\/version / },
    { stage: "build", what: "answer", pattern: /^POST \S*\/build\?/ },
    { stage: "push", what: "answer", pattern: /^POST \S*\/push\?/ },
    { stage: "start of the container", what: "answer", pattern: /^POST \S*\/start / },
  ] as const)(
    "in the $stage ends with 130, and the next start works",
    async ({ what, pattern }) => {
      const hold = proxy.hold(what, pattern);
      launched = at.launch("start", [], env);
      await hold.reached();
      launched.signal("SIGINT");
      // What the engine has begun, it ends; Pulumi waits for that.
      hold.release();
      const ran = await launched.ended;
      expect({ code: ran.code, said: complaint(ran) }).toStrictEqual({
        code: 130,
        said: interrupted,
      });
      await expectTheNextStartToWork();
    },
  );

  test("before Pulumi's update ends with 130, and the next start works", async () => {
    launched = at.launch("start", [], env);
    await launched.said(/✓ Local registry/);
    await launched.said(/✓ Docker provider/);
    launched.signal("SIGINT");
    const ran = await launched.ended;
    expect({ code: ran.code, said: complaint(ran) }).toStrictEqual({
      code: 130,
      said: interrupted,
    });
    await expectTheNextStartToWork();
  });

  test("in the proof ends with 130, and the next start works", async () => {
    at.configure((config) => {
      const { web } = config["slipway:services"];
      web.proof = { kind: "commit", path: "/", field: "nothing", seconds: 600 };
    });
    launched = at.launch("start", [], env);
    await launched.said(/✓ web container/);
    launched.signal("SIGINT");
    const ran = await launched.ended;
    at.git("checkout", "--quiet", "Pulumi.dev.yaml");
    expect({ code: ran.code, said: complaint(ran) }).toStrictEqual({
      code: 130,
      said: interrupted,
    });
    await expectTheNextStartToWork();
  });
});

describe("kill -9 of everything", () => {
  test.for([
    { stage: "in the middle of the build", pattern: /^POST \S*\/build\?/ },
    { stage: "when the container has just been made", pattern: /^POST \S*\/containers\/create/ },
    { stage: "when the container has just been started", pattern: /^POST \S*\/start / },
  ])("$stage leaves no container and no lock to the next start", async ({ pattern }) => {
    const hold = proxy.hold("answer", pattern);
    launched = at.launch("start", [], env);
    await hold.reached();
    launched.signal("SIGKILL");
    await launched.gone();
    hold.release();
    await expectTheNextStartToWork();
  });
});

test("the second of two starts says who is at work and since when, and the first goes on", async () => {
  const hold = proxy.hold("request", /^POST \S*\/build\?/);
  launched = at.launch("start", [], env);
  await hold.reached();
  const second = await at.run("start", [], env);
  expect(second.code).toBe(1);
  expect(complaint(second)).toMatch(
    /^stack dev: process \d+ is at work on it since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z; wait for it to end, or end it$/,
  );
  hold.release();
  expect((await launched.ended).code).toBe(0);
  await expectTheNextStartToWork();
});
