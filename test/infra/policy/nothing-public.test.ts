import { describe, expect, it } from "vitest";
import { nothingPublic } from "../../../infra/policy/nothing-public.ts";
import { type Props, unknownMark } from "../../../infra/policy/rule.ts";
import { factsOf, resource } from "./judge.ts";

const types = {
  container: "docker:index/container:Container",
  service: "gcp:cloudrunv2/service:Service",
  invoker: "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
  repository: "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
  binding: "gcp:storage/bucketIAMBinding:BucketIAMBinding",
  whole: "gcp:cloudrunv2/serviceIamPolicy:ServiceIamPolicy",
  bucket: "gcp:storage/bucket:Bucket",
  block: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  acl: "aws:s3/bucketAcl:BucketAcl",
  bucketPolicy: "aws:s3/bucketPolicy:BucketPolicy",
  ecrPolicy: "aws:ecr/repositoryPolicy:RepositoryPolicy",
  role: "aws:iam/role:Role",
  environment: "aws:elasticbeanstalk/environment:Environment",
} as const;

type Case = [type: keyof typeof types, props: Props, target?: object];

const check = (type: keyof typeof types, props: Props, target?: object) =>
  nothingPublic.check?.(
    resource(types[type], props),
    factsOf("staging", target ? { web: target } : {}),
  );

const port = (ip?: string) => ({ ports: [{ internal: 8000, external: 8000, ...(ip && { ip }) }] });
const invoker = (member: string, role = "roles/run.invoker") => ({ role, member });
const whole = (member: string) =>
  JSON.stringify({ bindings: [{ role: "roles/run.invoker", members: [member] }] });
const closed = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const policy = (statement: object) => JSON.stringify({ Statement: [statement] });
const scheme = (value?: string) => ({
  settings: [
    { namespace: "aws:ec2:vpc", name: "VPCId", value: "vpc-1" },
    ...(value ? [{ namespace: "aws:ec2:vpc", name: "ELBScheme", value }] : []),
  ],
});
const somebody = "serviceAccount:prover@acme.iam.gserviceaccount.com";
const push = { Sid: "Push", Effect: "Allow", Principal: "*", Action: "ecr:PutImage" };

describe("what is public", () => {
  it.each<Case>([
    ["container", port("127.0.0.1")],
    ["container", port("::1")],
    ["container", port("0.0.0.0"), { bind: "0.0.0.0" }],
    ["container", port(unknownMark)],
    ["container", {}],
    ["service", { invokerIamDisabled: false }],
    ["service", { invokerIamDisabled: true }, { access: "unchecked" }],
    ["invoker", invoker("allUsers"), { access: "public" }],
    ["invoker", invoker(somebody)],
    ["invoker", invoker(unknownMark)],
    ["repository", invoker(somebody, "roles/artifactregistry.reader")],
    ["whole", { policyData: unknownMark }],
    ["whole", { policyData: whole(somebody) }],
    ["bucket", { publicAccessPrevention: "enforced" }],
    ["bucket", { publicAccessPrevention: unknownMark }],
    ["block", closed],
    ["acl", { acl: "private" }],
    ["bucketPolicy", { policy: policy({ Effect: "Deny", Principal: "*", Action: "s3:*" }) }],
    ["bucketPolicy", { policy: unknownMark }],
    ["ecrPolicy", { policy: policy({ ...push, Condition: { Bool: { a: "b" } } }) }],
    [
      "role",
      { assumeRolePolicy: policy({ ...push, Principal: { Service: "ec2.amazonaws.com" } }) },
    ],
    ["environment", scheme("internal"), { access: "internal" }],
    ["environment", scheme("public"), { access: "public" }],
    ["environment", scheme(), { access: "public" }],
    ["environment", { settings: scheme(unknownMark).settings }],
    ["environment", {}],
  ])("on a %s as %o is accepted where the stack asks for %o", (type, props, target) => {
    expect(check(type, props, target)).toEqual([]);
  });

  it.each<[keyof typeof types, Props, object, string[]]>([
    ["container", port("0.0.0.0"), {}, ["port 8000 is published on 0.0.0.0"]],
    ["container", port(), {}, ["port 8000 is published on every address"]],
    ["container", port("0.0.0.0"), { bind: "10.0.0.1" }, ["port 8000 is published on 0.0.0.0"]],
    ["container", { networkMode: "host" }, {}, ["it has the host's own network"]],
    ["service", { invokerIamDisabled: true }, {}, ["invokerIamDisabled lets everybody call it"]],
    [
      "service",
      { invokerIamDisabled: true },
      { access: "public" },
      ["invokerIamDisabled lets everybody call it"],
    ],
    [
      "invoker",
      invoker("allUsers"),
      { access: "private" },
      ["roles/run.invoker is given to allUsers"],
    ],
    [
      "invoker",
      invoker("allAuthenticatedUsers"),
      { access: "public" },
      ["roles/run.invoker is given to allAuthenticatedUsers"],
    ],
    [
      "invoker",
      invoker("allUsers", "roles/run.admin"),
      { access: "public" },
      ["roles/run.admin is given to allUsers"],
    ],
    [
      "repository",
      invoker("allUsers", "roles/artifactregistry.reader"),
      { access: "public" },
      ["roles/artifactregistry.reader is given to allUsers"],
    ],
    [
      "binding",
      { role: "roles/storage.objectViewer", members: [somebody, "allUsers"] },
      {},
      ["roles/storage.objectViewer is given to allUsers"],
    ],
    ["whole", { policyData: whole("allUsers") }, {}, ["roles/run.invoker is given to allUsers"]],
    ["bucket", {}, {}, ["publicAccessPrevention is not enforced"]],
    [
      "block",
      { ...closed, blockPublicPolicy: false, ignorePublicAcls: undefined },
      {},
      ["blockPublicPolicy is not true", "ignorePublicAcls is not true"],
    ],
    ["acl", { acl: "public-read" }, {}, ["the acl is public-read"]],
    [
      "bucketPolicy",
      { policy: policy({ Effect: "Allow", Principal: { AWS: ["*"] }, Action: "s3:GetObject" }) },
      {},
      ["the statement number 1 lets everybody in"],
    ],
    ["ecrPolicy", { policy: policy(push) }, {}, ["the statement Push lets everybody in"]],
    ["role", { assumeRolePolicy: policy(push) }, {}, ["the statement Push lets everybody in"]],
    ["environment", scheme("public"), {}, ["its load balancer is not internal"]],
    ["environment", scheme(), { access: "internal" }, ["its load balancer is not internal"]],
  ])("on a %s as %o is refused where the stack asks for %o", (type, props, target, told) => {
    expect(check(type, props, target)).toEqual(told);
  });
});
