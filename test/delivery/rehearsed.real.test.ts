import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cloud, openCloud } from "../../rehearsal/cloud/cloud.ts";
import type { Ran } from "../../setup/run.ts";
import { type CloudCheckout, prepareCloudCheckout } from "../rehearsal/cloud-checkout.ts";

// Two deliveries at once, what the guard holds back, and drift, on a rehearsed Cloud Run: the commands as people type them.

let at: CloudCheckout;
let cloud: Cloud;

beforeAll(async () => {
  at = await prepareCloudCheckout();
  cloud = openCloud(join(at.folder, ".slipway", "cloud"));
});
afterAll(async () => {
  await at?.takeDown("staging");
  await at?.clear();
});

const up = ["pulumi", "up", "--stack", "staging"];
const deliver = (env = {}): Promise<Ran> =>
  at.played(["npm", "run", "--silent", "deliver", "--", ...up], env);
const drift = (): Promise<Ran> =>
  at.played(["npm", "run", "--silent", "drift", "--", "--stack", "staging"]);
const own = (stderr: string) =>
  stderr.split("\n").filter((line) => /^ {2}(?: {2})?\S+:/.test(line));

test("two deliveries at once both end well, one after the other, and the state is whole", async () => {
  const both = await Promise.all([deliver(), deliver()]);
  expect(both.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0]);
  const { stdout } = await at.played(["pulumi", "stack", "export", "--stack", "staging"]);
  const { deployment } = JSON.parse(stdout) as {
    deployment: { resources: object[]; pending_operations?: object[] };
  };
  expect(deployment.pending_operations ?? []).toEqual([]);
  expect(deployment.resources.length).toBeGreaterThan(10);
}, 600_000);

test("drift names what was changed behind Pulumi's back, and what it says puts that right", async () => {
  const none = await drift();
  expect([none.code, none.stderr]).toEqual([0, expect.stringContaining("stack staging: no drift")]);

  const [service] = cloud.list<{ spec: { template: { scaling: object } } }>("gcp/run-service");
  const [alert] = cloud.list("gcp/alert-policy");
  if (service === undefined || alert === undefined) throw new Error("nothing runs");
  const changed = structuredClone(service.value);
  changed.spec.template.scaling = { minInstanceCount: 0, maxInstanceCount: 3 };
  cloud.put("gcp/run-service", service.id, changed);
  cloud.delete("gcp/alert-policy", alert.id);
  const some = await drift();
  expect(some.code).toBe(1);
  expect(
    own(some.stderr)
      .join("\n")
      .replace(/urn:\S*(?=gcp:)/g, ""),
  ).toMatch(/gcp:cloudrunv2\/service:Service::web: has other template\.scaling\.maxInstanceCount/);
  expect(some.stderr).toMatch(/gcp:monitoring\/alertPolicy:AlertPolicy::\S+: is gone/);

  const [, told = ""] = / with (npm run deliver .*), or /.exec(some.stderr) ?? [];
  const mended = await at.played(told.replace("npm run", "npm run --silent").split(" "));
  expect([mended.code, mended.stderr]).toEqual([0, expect.any(String)]);
  expect((await drift()).code).toBe(0);
}, 600_000);

test("a service that moves is held back by its URN, and goes when that is approved", async () => {
  at.configure((config) => {
    config["slipway:services"].web.target.region = "europe-west4";
  }, "staging");
  at.commit("Another region");
  const before = at.state("staging");
  const { code, stderr } = await deliver();
  expect(code).toBe(1);
  const held = [...stderr.matchAll(/^ {4}replace (urn:\S+): (.*)$/gm)].map(([, urn, why]) => [
    urn?.split("$").at(-1),
    why,
  ]);
  expect(held).toContainEqual(["gcp:cloudrunv2/service:Service::web", "location"]);
  expect(at.state("staging")).toEqual(before);

  const urns = [...stderr.matchAll(/^ {4}(?:replace|delete) (urn:\S+): /gm)].map(([, urn]) => urn);
  const approved = await deliver({ SLIPWAY_APPROVE: urns.join(" ") });
  expect([approved.code, approved.stderr]).toEqual([0, expect.any(String)]);
}, 600_000);
