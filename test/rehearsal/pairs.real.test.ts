import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../rehearsal/free-port.ts";
import { type CloudCheckout, prepareCloudCheckout } from "./cloud-checkout.ts";
import { complaint } from "./complaint.ts";
import { served } from "./served.ts";

let at: CloudCheckout;

beforeAll(async () => {
  at = await prepareCloudCheckout();
});
afterAll(async () => {
  await at?.takeDown("dev");
  await at?.clear();
});

const google = { project: "slipway-staging" };
const aws = { account: "123456789012", region: "eu-west-1" };

const registries: Record<string, Record<string, unknown>> = {
  local: { kind: "local" },
  "docker-hub": { kind: "docker-hub", namespace: "slipway" },
  "artifact-registry": { kind: "artifact-registry", ...google, host: "gcr.io" },
  ecr: { kind: "ecr", ...aws },
};

const targets: Record<string, Record<string, unknown>> = {
  docker: { kind: "docker" },
  "cloud-run": { kind: "cloud-run", ...google, region: "europe-west1", access: "public" },
  "elastic-beanstalk": {
    kind: "elastic-beanstalk",
    ...aws,
    application: "slipway",
    access: "public",
  },
};

const refused: Record<string, RegExp> = {
  "local to cloud-run": /use docker-hub, artifact-registry or ecr/,
  "local to elastic-beanstalk": /use docker-hub, artifact-registry or ecr/,
  "ecr to cloud-run": /use artifact-registry, or docker-hub/,
  "artifact-registry to elastic-beanstalk": /use ecr, or docker-hub/,
};

const pairs = Object.keys(registries).flatMap((from) =>
  Object.keys(targets).map((to) => ({ from, to, pair: `${from} to ${to}` })),
);

describe("every registry with every target", { timeout: 300_000 }, () => {
  test.each(pairs)(
    "$pair reaches a served commit, or is refused before the build with its remedy",
    async ({ from, to, pair }) => {
      const port = await freePort();
      at.configure((config) => {
        const { web } = config["slipway:services"];
        const own = from === "local" ? { port: at.registry.port } : {};
        web.source = { context: "app", platform: "linux/amd64" };
        web.registry = { ...registries[from], ...own };
        web.target = { ...targets[to], ...(to === "docker" && { port }) };
      });
      const head = at.commit(pair);
      const mends = refused[pair];
      if (mends) {
        const ran = await at.rehearse(["--stack", "dev"]);
        expect(ran.code).toBe(1);
        expect(complaint(ran)).toMatch(mends);
        expect(await at.containers()).toStrictEqual([]);
        return;
      }
      const { web } = (await at.rehearsed("dev")).services;
      expect(web?.servedCommit).toBe(head);
      expect(await served(web?.here ?? web?.url ?? "")).toStrictEqual({
        commit: head,
        branch: "main",
      });
      await at.takeDown("dev");
      expect(await at.containers()).toStrictEqual([]);
    },
  );
});
