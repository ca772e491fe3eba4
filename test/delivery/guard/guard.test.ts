import { describe, expect, it } from "vitest";
import { heldBack } from "../../../delivery/guard/guard.ts";
import type { PlannedStep } from "../../../delivery/plan.ts";

const urnOf = (type: string, name = "web") =>
  `urn:pulumi:production::slipway::slipway:index:Service$slipway:target:Any$${type}::${name}`;

/** A step of one resource, as a preview plans it. */
function step(op: string, type: string, more: Partial<PlannedStep> = {}): PlannedStep {
  const state = { type, custom: true };
  return { op, urn: urnOf(type), oldState: state, newState: state, ...more };
}

const held = (...steps: PlannedStep[]) =>
  heldBack({ steps, diagnostics: [] }).map(({ op, type, why }) => [op, type, why]);

const environment = "aws:elasticbeanstalk/environment:Environment";
const container = "docker:index/container:Container";

describe("the guard holds back", () => {
  it.each([
    ["a service", "gcp:cloudrunv2/service:Service"],
    ["an environment", environment],
    ["a bucket", "aws:s3/bucket:Bucket"],
    ["a repository", "aws:ecr/repository:Repository"],
    ["another repository", "gcp:artifactregistry/repository:Repository"],
    ["a secret", "gcp:secretmanager/secret:Secret"],
    ["an identity", "gcp:serviceaccount/account:Account"],
    ["a role", "aws:iam/role:Role"],
    ["a domain's record", "aws:route53/record:Record"],
    ["a volume", "docker:index/volume:Volume"],
    ["a type that nobody has thought of", "azure:storage/account:Account"],
  ])("%s that is deleted or replaced", (_what, type) => {
    expect(held(step("delete", type))).toEqual([["delete", type, "no longer in the program"]]);
    expect(held(step("replace", type, { replaceReasons: ["region", "name"] }))).toEqual([
      ["replace", type, "name, region"],
    ]);
  });

  it("a replacement once, however many steps it has", () => {
    const ops = ["create-replacement", "replace", "delete-replaced"];
    const steps = ops.map((op) => step(op, environment, { replaceReasons: ["name"] }));
    expect(heldBack({ steps, diagnostics: [] })).toEqual([
      { urn: urnOf(environment), type: environment, name: "web", op: "replace", why: "name" },
    ]);
  });

  it("by the properties of the difference where no reason is given", () => {
    const detailedDiff = {
      cnamePrefix: { diffKind: "update-replace" },
      "settings[3]": { diffKind: "add" },
      application: { diffKind: "delete-replace" },
    };
    expect(held(step("replace", environment, { detailedDiff }))).toEqual([
      ["replace", environment, "application, cnamePrefix"],
    ]);
  });

  it("what is replaced with another one, or because somebody asked for it", () => {
    expect(held(step("replace", environment, { replaceReasons: null }))).toEqual([
      ["replace", environment, "replaced with what it stands on, or by request"],
    ]);
  });

  it("what an earlier replacement has left to delete", () => {
    expect(held(step("delete-replaced", environment))).toEqual([
      ["replace", environment, "left by a replacement that did not come to its end"],
    ]);
  });

  it("a resource that only its URN tells of", () => {
    const urn = urnOf(environment, "api");
    expect(heldBack({ steps: [{ op: "delete", urn }], diagnostics: [] })).toEqual([
      { urn, type: environment, name: "api", op: "delete", why: "no longer in the program" },
    ]);
  });

  it("what stays in the cloud when its entry goes, and says so", () => {
    const oldState = { type: environment, custom: true, retainOnDelete: true };
    expect(held(step("delete", environment, { oldState }))).toEqual([
      ["delete", environment, "no longer in the program; it stays, and only Pulumi forgets it"],
    ]);
  });

  it("a container that goes, for its address goes too, but not one that makes room for the next", () => {
    expect(held(step("delete", container))).toEqual([
      ["delete", container, "no longer in the program"],
    ]);
    expect(held(step("replace", container, { replaceReasons: ["image"] }))).toEqual([]);
  });
});

describe("the guard lets through", () => {
  it.each([
    "docker:index/container:Container",
    "aws:elasticbeanstalk/applicationVersion:ApplicationVersion",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "gcp:secretmanager/secretVersion:SecretVersion",
    "aws:secretsmanager/secretVersion:SecretVersion",
  ])("a new %s, which comes with a release", (type) => {
    const ops = ["create-replacement", "replace", "delete-replaced"];
    expect(held(...ops.map((op) => step(op, type)))).toEqual([]);
    expect(held(step("delete", type))).toHaveLength(1);
  });

  it("the entry of an image, which the registry keeps", () => {
    expect(held(step("delete", "docker:index/image:Image"))).toEqual([]);
    expect(held(step("replace", "docker:index/image:Image"))).toEqual([]);
  });

  it.each(["create", "update", "same", "read", "refresh", "import", "discard", "discard-replaced"])(
    "%s",
    (op) => {
      expect(held(step(op, environment))).toEqual([]);
    },
  );

  it("what is found gone by a refresh, and is made anew", () => {
    expect(held(step("delete", environment), step("create", environment))).toEqual([]);
  });

  it("components and providers, which hold nothing themselves", () => {
    const type = "slipway:target:CloudRun";
    const component = { oldState: { type, custom: false }, newState: undefined };
    expect(held(step("delete", type, component), step("replace", "pulumi:providers:gcp"))).toEqual(
      [],
    );
  });
});
