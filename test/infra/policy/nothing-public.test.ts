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
  accountBlock: "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
  s3Bucket: "aws:s3/bucket:Bucket",
  oldBucket: "aws:s3/bucketV2:BucketV2",
  oldAcl: "aws:s3/bucketAclV2:BucketAclV2",
  object: "aws:s3/bucketObjectv2:BucketObjectv2",
  control: "gcp:storage/bucketAccessControl:BucketAccessControl",
  defaultControl: "gcp:storage/defaultObjectAccessControl:DefaultObjectAccessControl",
  objectControl: "gcp:storage/objectAccessControl:ObjectAccessControl",
  googleAcl: "gcp:storage/bucketACL:BucketACL",
  googleDefaultAcl: "gcp:storage/defaultObjectACL:DefaultObjectACL",
  googleObjectAcl: "gcp:storage/objectACL:ObjectACL",
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
const name = "web-staging";
const invoker = (member: string, role = "roles/run.invoker") => ({ name, role, member });
const whole = (member: string) =>
  JSON.stringify({ bindings: [{ role: "roles/run.invoker", members: [member] }] });
const closed = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const policy = (statement: object) => JSON.stringify({ Statement: [statement] });
const group = (of: string) => `http://acs.amazonaws.com/groups/global/${of}`;
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
    ["service", { name, invokerIamDisabled: true }, { access: "unchecked" }],
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
    ["invoker", { ...invoker("allUsers"), name: unknownMark }, { access: "public" }],
    [
      "invoker",
      { ...invoker("allUsers"), name: `projects/acme/locations/europe-west1/services/${name}` },
      { access: "public" },
    ],
    ["accountBlock", closed],
    ["s3Bucket", { acl: "private" }],
    ["oldBucket", { acl: unknownMark, grants: [{ id: "acme", type: "CanonicalUser" }] }],
    ["object", { acl: "bucket-owner-full-control" }],
    ["control", { role: "READER", entity: "user-somebody@acme.example" }],
    ["defaultControl", { role: "READER", entity: unknownMark }],
    ["googleAcl", { predefinedAcl: "projectPrivate", roleEntities: ["OWNER:project-owners-1"] }],
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
    [
      "service",
      { name, invokerIamDisabled: true },
      {},
      ["invokerIamDisabled lets everybody call it"],
    ],
    [
      "service",
      { name, invokerIamDisabled: true },
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
    ["oldAcl", { acl: "public-read-write" }, {}, ["the acl is public-read-write"]],
    ["acl", { acl: "authenticated-read" }, {}, ["the acl is authenticated-read"]],
    [
      "acl",
      { accessControlPolicy: { grants: [{ grantee: { uri: group("AllUsers") } }] } },
      {},
      ["it lets AllUsers in"],
    ],
    ["s3Bucket", { acl: "public-read" }, {}, ["the acl is public-read"]],
    ["oldBucket", { acl: "public-read" }, {}, ["the acl is public-read"]],
    ["object", { acl: "public-read" }, {}, ["the acl is public-read"]],
    [
      "s3Bucket",
      { grants: [{ uri: group("AuthenticatedUsers"), permissions: ["READ"] }] },
      {},
      ["it lets AuthenticatedUsers in"],
    ],
    ["accountBlock", { ...closed, blockPublicAcls: false }, {}, ["blockPublicAcls is not true"]],
    ["control", { entity: "allUsers" }, {}, ["it lets allUsers in"]],
    ["defaultControl", { entity: "allUsers" }, {}, ["it lets allUsers in"]],
    [
      "objectControl",
      { entity: "allAuthenticatedUsers" },
      {},
      ["it lets allAuthenticatedUsers in"],
    ],
    ["googleAcl", { predefinedAcl: "publicRead" }, {}, ["predefinedAcl is publicRead"]],
    ["googleAcl", { defaultAcl: "publicReadWrite" }, {}, ["defaultAcl is publicReadWrite"]],
    [
      "googleObjectAcl",
      { predefinedAcl: "authenticatedRead" },
      {},
      ["predefinedAcl is authenticatedRead"],
    ],
    ["googleDefaultAcl", { roleEntities: ["READER:allUsers"] }, {}, ["it lets allUsers in"]],
    [
      "invoker",
      { ...invoker("allUsers"), name: "admin" },
      { access: "public" },
      ["roles/run.invoker is given to allUsers"],
    ],
    [
      "service",
      { name: "admin", invokerIamDisabled: true },
      { access: "unchecked" },
      ["invokerIamDisabled lets everybody call it"],
    ],
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

describe("a policy that lets everybody in", () => {
  const told = (Condition: object) =>
    check("ecrPolicy", { policy: policy({ ...push, Condition }) });

  it.each<object>([
    { StringEquals: { "aws:PrincipalOrgID": "o-acme" } },
    { StringEquals: { "aws:SourceAccount": ["123456789012", "210987654321"] } },
    { StringLike: { "aws:userid": "AROAEXAMPLE:*" } },
    { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-acme/r-1/*" } },
    { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/slipway/*" } },
    { ArnEquals: { "AWS:SourceArn": "arn:aws:s3:::acme" } },
    { IpAddress: { "aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32", "192.0.2.1"] } },
    {
      StringLike: { "aws:UserAgent": "*" },
      StringEquals: { "aws:SourceVpce": "vpce-1" },
    },
  ])("is accepted under %j", (condition) => {
    expect(told(condition)).toEqual([]);
  });

  it.each<object>([
    {},
    { Bool: { a: "b" } },
    { Bool: { "aws:SecureTransport": "true" } },
    { StringLike: { "aws:UserAgent": "*" } },
    { StringEquals: { "aws:Referer": "https://acme.example" } },
    { StringEquals: { constructor: "o-acme" } },
    { StringLike: { "aws:PrincipalOrgID": "*" } },
    { StringLike: { "aws:PrincipalOrgID": "o-*" } },
    { StringLike: { "aws:SourceAccount": ["123456789012", "*"] } },
    { StringEquals: { "aws:SourceAccount": [] } },
    { StringEquals: { "aws:PrincipalAccount": "$" + "{aws:SourceAccount}" } },
    { StringNotEquals: { "aws:PrincipalOrgID": "o-acme" } },
    { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-acme" } },
    { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-acme" } },
    { Null: { "aws:PrincipalOrgID": "false" } },
    { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/acme" } },
    { ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } },
    { ArnLike: { "aws:SourceArn": "arn:aws:*" } },
    { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } },
    { IpAddress: { "aws:SourceIp": ["192.0.2.0/24", "::/0"] } },
  ])("is refused under %j", (condition) => {
    expect(told(condition)).toEqual(["the statement Push lets everybody in"]);
  });
});
