import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CloudCheckout, prepareCloudCheckout } from "./cloud-checkout.ts";
import { served } from "./served.ts";

let at: CloudCheckout;

beforeAll(async () => {
  at = await prepareCloudCheckout();
});
afterAll(() => at?.clear());

/** The resources that were made, changed or taken away between two looks at a state, by type and name. */
function changed(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  const urns = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...urns]
    .filter((urn) => before[urn] !== after[urn])
    .map((urn) => `${urn.split("::")[2]?.split("$").at(-1)} ${urn.split("::")[3]}`)
    .toSorted();
}

const stacks = [
  {
    stack: "staging",
    url: /^https:\/\/[a-z0-9-]+\.a\.run\.app$/,
    image: /^gcr\.io\/slipway-staging\/web@sha256:[0-9a-f]{64}$/,
    replaced: ["docker:index/image:Image web", "gcp:cloudrunv2/service:Service web"],
  },
  {
    stack: "production",
    url: /^http:\/\/.+\.elasticbeanstalk\.com$/,
    image: /^docker\.io\/slipway\/web@sha256:[0-9a-f]{64}$/,
    replaced: [
      "aws:elasticbeanstalk/applicationVersion:ApplicationVersion web",
      "aws:elasticbeanstalk/environment:Environment web",
      "aws:s3/bucketObjectv2:BucketObjectv2 web",
      "docker:index/image:Image web",
    ],
  },
];

describe.each(stacks)(
  "a rehearsal of $stack",
  { timeout: 600_000 },
  ({ stack, url, image, replaced }) => {
    test("serves HEAD, changes nothing the second time, and replaces only what a changed line asks for", async () => {
      const head = at.head();
      const first = await at.rehearsed(stack);
      const { web } = first.services;
      expect(web).toMatchObject({ commit: head, servedCommit: head, branch: "main" });
      expect(web?.url).toMatch(url);
      expect(web?.image).toMatch(image);
      expect(await served(web?.here ?? "")).toStrictEqual({ commit: head, branch: "main" });

      const before = at.state(stack);
      const ground = at.state("ground");
      expect((await at.rehearsed(stack)).services).toStrictEqual(first.services);
      expect(changed(before, at.state(stack))).toStrictEqual([]);
      expect(changed(ground, at.state("ground"))).toStrictEqual([]);

      at.edit("app/src/main.py", (text) => `${text}\n# changed\n`);
      const next = at.commit("Change a line");
      const second = await at.rehearsed(stack);
      expect(await served(second.services.web?.here ?? "")).toStrictEqual({
        commit: next,
        branch: "main",
      });
      expect(second.services.web).toMatchObject({ commit: next, previous: head });
      expect(changed(before, at.state(stack))).toStrictEqual(replaced);
    });

    test("--destroy leaves ground whole, and --destroy --ground leaves nothing", async () => {
      const ground = at.state("ground");
      expect((await at.rehearse(["--stack", stack, "--destroy"])).code).toBe(0);
      expect(Object.keys(at.state(stack))).toStrictEqual([]);
      expect(await at.containers()).toStrictEqual([]);
      expect(changed(ground, at.state("ground"))).toStrictEqual([]);

      expect((await at.rehearse(["--stack", stack, "--destroy", "--ground"])).code).toBe(0);
      expect(Object.keys(at.state("ground"))).toStrictEqual([]);
      expect(existsSync(join(at.folder, ".slipway", "cloud"))).toBe(false);
    });
  },
);
