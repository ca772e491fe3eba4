import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { complaint } from "./complaint.ts";
import { prepareDelivery, type TestDelivery } from "./delivery.ts";
import { type EngineProxy, openEngineProxy } from "./engine-proxy.ts";
import { served } from "./served.ts";

let at: TestDelivery;
let proxy: EngineProxy;
let env: Record<string, string>;

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
});

/** The next start delivers the commit, and the app serves it. */
async function expectTheNextStartToWork(): Promise<void> {
  const { services } = await at.deliver([], env);
  expect(services.web?.servedCommit).toBe(at.head());
  expect(await served(at.url)).toStrictEqual({ commit: at.head(), branch: "main" });
}

test("a registry that is down is named, nothing is touched, and the next start works", async () => {
  at.commit("Without a registry");
  const before = (await at.containers()).map(({ Id }) => Id);
  await at.registry.stop();
  const ran = await at.run("start", [], env);
  await at.registry.start();
  expect(ran.code).toBe(1);
  expect(complaint(ran).replace(/ECONNREFUSED[^)]*/, "ECONNREFUSED")).toBe(
    `registry http://localhost:${at.registry.port}: does not answer (connect ECONNREFUSED); start the registry that is to listen on port ${at.registry.port}`,
  );
  expect((await at.containers()).map(({ Id }) => Id)).toStrictEqual(before);
  await expectTheNextStartToWork();
});

test("a registry that goes down between build and push is named, nothing is touched, and the next start works", async () => {
  at.commit("Half a registry");
  const before = (await at.containers()).map(({ Id }) => Id);
  const hold = proxy.hold("request", /^POST \S*\/push\?/);
  const launched = at.launch("start", [], env);
  await hold.reached();
  await at.registry.stop();
  hold.release();
  const ran = await launched.ended;
  await at.registry.start();
  expect(ran.code).toBe(1);
  expect(complaint(ran)).toBe(
    `registry localhost:${at.registry.port}: went away in the middle; start it again (npm start does, where it is this machine's own)`,
  );
  expect((await at.containers()).map(({ Id }) => Id)).toStrictEqual(before);
  await expectTheNextStartToWork();
});

test("the deployed image gone from the registry is said, and --rebuild mends it", async () => {
  const commit = at.commit("To be lost");
  const { services } = await at.deliver([], env);
  const { image } = services.web ?? {};
  await at.registry.forget(commit);
  const ran = await at.run("start", [], env);
  expect(ran.code).toBe(1);
  expect(complaint(ran)).toBe(
    `web: the registry has lost ${image}, which this stack built; build it again with npm start -- --rebuild, or with SLIPWAY_REBUILD=on pulumi up --replace 'urn:pulumi:dev::slipway::slipway:index:Service$docker:index/image:Image::web'`,
  );
  expect(await served(at.url)).toStrictEqual({ commit, branch: "main" });

  const again = await at.deliver(["--rebuild"], env);
  expect(again.services.web?.image).toBe(
    `localhost:${at.registry.port}/web@${await at.registry.digestOf(commit)}`,
  );
  expect(again.services.web?.servedCommit).toBe(commit);
  await expectTheNextStartToWork();
});

test("--rebuild moves no tag that the registry still holds", async () => {
  const commit = at.commit("Still held");
  const { services } = await at.deliver([], env);
  const digest = await at.registry.digestOf(commit);
  const again = await at.deliver(["--rebuild"], env);
  expect(await at.registry.digestOf(commit)).toBe(digest);
  expect(again.services.web?.image).toBe(services.web?.image);
  await expectTheNextStartToWork();
});

test("the image of another commit under this commit's tag fails the proof, and the last proven release stays in the outputs", async () => {
  const proven = at.head();
  const commit = at.commit("Never built");
  await at.registry.copyTag(proven, commit);
  const ran = await at.run("start", ["--json"], env);
  expect({ code: ran.code, stdout: ran.stdout }).toStrictEqual({ code: 1, stdout: "" });
  const [first] = complaint(ran).split("\n");
  expect(first).toBe(
    `web: ${at.url}/ should serve commit ${commit} and in 4 s gave: commit ${proven}; go back to the last proven release with npm start -- --release ${proven}, or with slipway:release: ${proven} in the stack file`,
  );
  const stack = at.resources().find(({ urn }) => urn.endsWith("pulumi:pulumi:Stack::slipway-dev"));
  expect(stack?.outputs).toMatchObject({ web: { commit: proven, servedCommit: proven } });

  at.commit("Built");
  await expectTheNextStartToWork();
});
