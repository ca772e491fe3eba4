import { describe, expect, it } from "vitest";
import { protectedInProduction } from "../../../infra/policy/protected-in-production.ts";
import { type Props, unknownMark } from "../../../infra/policy/rule.ts";
import { stackFacts } from "../../../infra/policy/stack-facts.ts";
import { factsOf, resource } from "./judge.ts";

const types = {
  service: "gcp:cloudrunv2/service:Service",
  registry: "gcp:artifactregistry/repository:Repository",
  googleBucket: "gcp:storage/bucket:Bucket",
  application: "aws:elasticbeanstalk/application:Application",
  environment: "aws:elasticbeanstalk/environment:Environment",
  repository: "aws:ecr/repository:Repository",
  bucket: "aws:s3/bucket:Bucket",
  oldBucket: "aws:s3/bucketV2:BucketV2",
  googleSecret: "gcp:secretmanager/secret:Secret",
  regionalSecret: "gcp:secretmanager/regionalSecret:RegionalSecret",
  secret: "aws:secretsmanager/secret:Secret",
  parameter: "aws:ssm/parameter:Parameter",
  container: "docker:index/container:Container",
};

const check = (type: keyof typeof types, props: Props, protect: boolean, stack = "production") =>
  protectedInProduction.check?.(resource(types[type], props, { protect }), factsOf(stack));

describe("in production", () => {
  it.each<[keyof typeof types, Props, boolean]>([
    ["service", { deletionProtection: true }, false],
    ["service", { deletionProtection: unknownMark }, false],
    ["registry", {}, true],
    ["registry", { mode: "REMOTE_REPOSITORY" }, false],
    ["googleBucket", { forceDestroy: false }, true],
    ["application", {}, true],
    ["environment", {}, true],
    ["repository", { forceDelete: false }, true],
    ["bucket", {}, true],
    ["oldBucket", {}, true],
    ["googleSecret", {}, true],
    ["regionalSecret", {}, true],
    ["secret", {}, true],
    ["parameter", {}, true],
    ["container", {}, false],
  ])("a %s with %o and protect %s is accepted", (...given) => {
    expect(check(...given)).toEqual([]);
  });

  it.each<[keyof typeof types, Props, boolean, string[]]>([
    ["service", { deletionProtection: false }, false, ["deletionProtection is not true"]],
    ["service", {}, true, ["deletionProtection is not true"]],
    ["registry", {}, false, ["protect is not set"]],
    ["googleBucket", { forceDestroy: true }, true, ["forceDestroy is true"]],
    ["application", {}, false, ["protect is not set"]],
    ["environment", {}, false, ["protect is not set"]],
    ["repository", { forceDelete: true }, false, ["protect is not set", "forceDelete is true"]],
    ["bucket", { forceDestroy: true }, true, ["forceDestroy is true"]],
    ["oldBucket", { forceDestroy: true }, false, ["protect is not set", "forceDestroy is true"]],
    ["googleSecret", {}, false, ["protect is not set"]],
    ["regionalSecret", {}, false, ["protect is not set"]],
    ["secret", {}, false, ["protect is not set"]],
    ["parameter", {}, false, ["protect is not set"]],
  ])("a %s with %o and protect %s is refused", (type, props, protect, told) => {
    expect(check(type, props, protect)).toEqual(told);
  });

  it("copies of the stack's own secrets need no protection, and others do", () => {
    const env = { TOKEN: { secret: "token" }, OTHER: { ref: "web-other" }, PLAIN: "a" };
    const services = JSON.stringify({ web: { target: {}, env } });
    const facts = stackFacts("production", new Map([["slipway:services", services]]));
    const told = (["googleSecret", "secret"] as const).flatMap((type) =>
      ["web-TOKEN", "web-OTHER", "web-PLAIN", "TOKEN"].map((name) =>
        protectedInProduction.check?.(resource(types[type], {}, { name }), facts),
      ),
    );
    const open = ["protect is not set"];
    expect(told).toEqual([[], open, open, open, [], open, open, open]);
  });

  it("is a stack of that name alone", () => {
    const told = ["dev", "staging", "ground", "production-2"].map((stack) =>
      check("environment", {}, false, stack),
    );
    expect(told).toEqual([[], [], [], []]);
  });
});
