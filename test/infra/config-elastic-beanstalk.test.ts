import { afterEach, describe, expect, it, vi } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { problemsOf, serviceWith, setStackConfig } from "./stack-config.ts";

const variables = ["AWS_REGION", "EB_APP_NAME", "EB_ENV_NAME", "EB_ENV_ID"];
const least = {
  kind: "elastic-beanstalk",
  account: "123456789012",
  region: "eu-west-1",
  application: "acme",
  access: "public",
};
const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b";
const domain = { name: "www.example.com", certificate };
const subnets = ["subnet-00000001", "subnet-00000002"];
const vpc = { id: "vpc-01234567", instances: subnets, balancer: subnets };

const service = (target: object, env: object = {}, secrets: object = {}) => ({
  ...serviceWith({
    source: { context: "app", platform: "linux/amd64" },
    registry: { kind: "docker-hub", namespace: "acme" },
    target: { ...least, ...target },
    env,
  }),
  secrets,
});

function read(target: object) {
  setStackConfig(service(target));
  return readConfig().services.web?.target;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the configuration of an Elastic Beanstalk target", () => {
  it("has defaults for what it need not say", () => {
    expect(read({})).toEqual({
      ...least,
      balanced: true,
      instances: { min: 1, max: 4, types: ["t3.small"] },
      containerPort: 8000,
      health: "/",
      logs: { days: 30 },
      protect: true,
      alerts: { errors: 10 },
    });
  });

  it("takes from the environment what existing set-ups say there, and the stack file comes first", () => {
    for (const name of variables) vi.stubEnv(name, "");
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("EB_APP_NAME", "from-outside");
    vi.stubEnv("EB_ENV_NAME", "acme-prod");
    vi.stubEnv("EB_ENV_ID", "e-abcde12345");
    const { region, application, ...rest } = least;
    setStackConfig(serviceWith({ target: { ...rest, application } }));
    expect(readConfig().services.web?.target).toMatchObject({
      region: "us-east-1",
      application: "acme",
      environment: "acme-prod",
      environmentId: "e-abcde12345",
    });
  });

  const accepted: [what: string, target: object][] = [
    ["one instance", { balanced: false, policy: "Immutable" }],
    ["one instance in a VPC", { balanced: false, vpc: { id: vpc.id, instances: subnets } }],
    ["an internal load balancer", { access: "internal", vpc }],
    ["two instances that roll", { policy: "Rolling", instances: { min: 2 } }],
    [
      "several types of instance",
      { instances: { types: ["t3.small", "g4dn.xlarge", "c7i-flex.large"] } },
    ],
    ["a domain in a zone", { domain: { ...domain, zone: "Z0123456789ABC" } }],
    ["an adopted environment", { environment: "acme-prod", domain: { name: "www.example.com" } }],
    ["a topic", { alerts: { topic: "arn:aws:sns:eu-west-1:123456789012:alerts" } }],
    ["an application with a blank in its name", { application: "my app" }],
  ];
  it.each(accepted)("may have %s", (_what, target) => {
    expect(problemsOf(service(target))).toEqual([]);
  });

  const target = "slipway:services.web.target";
  const type = "is no type of instance; use one such as t3.small";
  const armed =
    "is an arm64 machine, and images are built for linux/amd64; use one such as t3.small";
  const kept = "belongs to the environment acme-prod, which is adopted as it is; take it out";
  const balancing = "needs a load balancer; set balanced to true, or take it out";
  const subnet = "is no subnet; use an id such as subnet-0123456789abcdef0";
  const refused: [target: object, ...problems: string[]][] = [
    [
      { region: "eu-west-1a" },
      `${target}.region: "eu-west-1a" is a zone; use its region, eu-west-1`,
    ],
    [
      { region: "cn-north-1" },
      `${target}.region: "cn-north-1" is in a partition of AWS with other names for everything; use a region of the public one, such as eu-west-1`,
    ],
    [{ account: "1234" }, `${target}.account: "1234" is no account; use its 12 digits, in quotes`],
    [
      { application: "a/b" },
      `${target}.application: "a/b" is no application; use its name of 1 to 100 characters, as aws elasticbeanstalk describe-applications shows it`,
    ],
    [
      { environment: "-x" },
      `${target}.environment: "-x" is no environment; use the name of 4 to 40 letters, digits and - that aws elasticbeanstalk describe-environments shows`,
    ],
    [
      { environment: "acme-prod", environmentId: "acme-prod" },
      `${target}.environmentId: "acme-prod" is no id of an environment; use the EnvironmentId that aws elasticbeanstalk describe-environments shows`,
    ],
    [
      { environmentId: "e-abcde12345" },
      `${target}.environmentId: belongs to no name; set environment too, or take it out`,
    ],
    [
      { access: "private" },
      `${target}.access: "private" is not one of the choices; use one of public, internal`,
    ],
    [
      { access: "internal" },
      `${target}.vpc: required where access is internal; set it to the VPC from which the service is reached`,
    ],
    [
      { platform: "3.8.0" },
      `${target}.platform: "3.8.0" is no version of the platform Docker running on 64bit Amazon Linux 2023; use one such as 4.13.1`,
    ],
    [
      { balanced: "no" },
      `${target}.balanced: must be true or false, and is "no"; mend it in the stack file`,
    ],
    [{ instances: { min: 0 } }, `${target}.instances.min: 0 is too small; use 1 or more`],
    [
      { instances: { max: 20_000 } },
      `${target}.instances.max: 20000 is too big; use 10000 or less`,
    ],
    [
      { instances: { min: 5 } },
      `${target}.instances.min: 5 is more than max, 4; set it to 4 or less`,
    ],
    [{ instances: { types: ["small"] } }, `${target}.instances.types.0: "small" ${type}`],
    [
      { instances: { types: ["t3.small", "t4g.small", "a1.large", "c7gn.large"] } },
      `${target}.instances.types.1: "t4g.small" ${armed}`,
      `${target}.instances.types.2: "a1.large" ${armed}`,
      `${target}.instances.types.3: "c7gn.large" ${armed}`,
    ],
    [{ containerPort: 0 }, `${target}.containerPort: 0 is too small; use 1 or more`],
    [
      { health: "healthcheck" },
      `${target}.health: "healthcheck" is no absolute path; begin it with one / and leave out colons, blanks and \\`,
    ],
    [
      { policy: "AllAtOnce" },
      `${target}.policy: "AllAtOnce" is not one of the choices; use one of Rolling, RollingWithAdditionalBatch, Immutable`,
    ],
    [
      { policy: "Rolling" },
      `${target}.policy: Rolling would leave nothing that serves where instances.min is 1; set that to 2 or more, or use RollingWithAdditionalBatch`,
    ],
    [
      { balanced: false, policy: "Rolling" },
      `${target}.policy: Rolling would leave nothing that serves where there is one instance; use Immutable, or set balanced to true`,
    ],
    [
      { balanced: false, instances: { max: 2 } },
      `${target}.instances: without a load balancer there is one instance; take min and max out`,
    ],
    [
      { balanced: false, access: "internal", vpc: { id: vpc.id, instances: subnets } },
      `${target}.access: internal needs a load balancer; set balanced to true, or access to public`,
    ],
    [{ balanced: false, domain }, `${target}.domain: ${balancing}`],
    [{ balanced: false, vpc }, `${target}.vpc.balancer: ${balancing}`],
    [
      { domain: { name: "Example.com", certificate } },
      `${target}.domain.name: "Example.com" is no domain; use lower-case labels with dots between, such as www.example.com`,
    ],
    [
      { domain: { name: "www.example.com" } },
      `${target}.domain.certificate: required; set it to the ARN of the domain's certificate of Certificate Manager`,
    ],
    [
      { domain: { ...domain, certificate: "0a1b" } },
      `${target}.domain.certificate: "0a1b" is no certificate of Certificate Manager; use its ARN, arn:aws:acm:REGION:ACCOUNT:…`,
    ],
    [
      { domain: { ...domain, certificate: certificate.replace("eu-west-1", "us-east-1") } },
      `${target}.domain.certificate: is in us-east-1 and the environment in eu-west-1; use one in eu-west-1`,
    ],
    [
      { domain: { ...domain, zone: "example.com" } },
      `${target}.domain.zone: "example.com" is no hosted zone; use its id, such as Z0123456789ABC`,
    ],
    [
      { vpc: { ...vpc, id: "default" } },
      `${target}.vpc.id: "default" is no VPC; use an id such as vpc-0123456789abcdef0`,
    ],
    [{ vpc: { ...vpc, instances: ["a"] } }, `${target}.vpc.instances.0: "a" ${subnet}`],
    [
      { vpc: { ...vpc, balancer: ["subnet-00000001", "subnet-00000001"] } },
      `${target}.vpc.balancer: the load balancer needs subnets in two zones; name two or more`,
    ],
    [
      { vpc: { id: vpc.id, instances: subnets } },
      `${target}.vpc.balancer: the load balancer needs subnets in two zones; name two or more`,
    ],
    [
      { logs: { days: 31 } },
      `${target}.logs.days: 31 is not one of the choices; use one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653`,
    ],
    [
      { alerts: { topic: "alerts" } },
      `${target}.alerts.topic: "alerts" is no topic of SNS; use its ARN, arn:aws:sns:REGION:ACCOUNT:…`,
    ],
    [
      { alerts: { topic: "arn:aws:sns:eu-west-2:123456789012:alerts" } },
      `${target}.alerts.topic: is in eu-west-2 and the environment in eu-west-1; use one in eu-west-1`,
    ],
    [{ alerts: { errors: 0 } }, `${target}.alerts.errors: 0 is too small; use 1 or more`],
    [
      {
        environment: "acme-prod",
        platform: "4.13.1",
        balanced: false,
        instances: { max: 8 },
        health: "/healthcheck",
        policy: "Immutable",
        vpc,
        logs: { days: 7 },
        alerts: { errors: 1 },
        domain: { ...domain, zone: "Z0123456789ABC" },
      },
      ...["platform", "balanced", "instances", "health", "policy", "vpc", "logs", "alerts"].map(
        (key) => `${target}.${key}: ${kept}`,
      ),
      `${target}.domain.certificate: ${kept}`,
      `${target}.domain.zone: ${kept}`,
    ],
    [
      { memory: 512 },
      `${target}.memory: unknown key; take it out or use one of kind, account, region, application, environment, environmentId, access, platform, balanced, instances, containerPort, health, policy, domain, vpc, logs, protect, alerts`,
    ],
  ];
  it.each(refused)("is refused: %j", (parts, ...problems) => {
    expect(problemsOf(service(parts))).toEqual(problems);
  });

  it("adopts an environment for one service only", () => {
    const { web } = service({ environment: "acme-prod" }).services;
    const api = { ...web, registry: { ...web.registry, repository: "api" } };
    expect(problemsOf({ services: { web, api } })).toEqual([
      "slipway:services.api.target.environment: environment acme-prod belongs to web already; name another",
    ]);
  });
});

describe("the variables of an Elastic Beanstalk target", () => {
  const env = "slipway:services.web.env";
  const known = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shared-XyZ123";
  const long = "A".repeat(129);

  it("may be texts, secrets, and secrets that exist as a whole or by a key", () => {
    const given = {
      GREETING: "x".repeat(256),
      TOKEN: { secret: "token" },
      SHARED: { ref: known },
      PASSWORD: { ref: `${known}:password` },
    };
    expect(problemsOf(service({}, given, { token: "t" }), ["secrets"])).toEqual([]);
  });

  const refused: [env: object, problem: string][] = [
    [{ [long]: "x" }, `${env}.${long}: its name has 129 characters; use 128 or fewer`],
    [
      { A: "x".repeat(257) },
      `${env}.A: has 257 characters; use 256 or fewer, or write {secret: NAME of one of slipway:secrets}`,
    ],
    [{ A: "" }, `${env}.A: is empty, and Elastic Beanstalk keeps no empty one; take it out`],
    [
      { A: " x" },
      `${env}.A: begins or ends with a blank, which Elastic Beanstalk may drop; take the blank out`,
    ],
    [
      { A: { secret: "empty" } },
      `${env}.A: its secret is empty; give it a value, or take the variable out`,
    ],
    [{ A: { secret: "long" } }, `${env}.A: its secret has 65537 bytes; use 65536 or fewer`],
    [
      { A: { ref: "shared" } },
      `${env}.A: "shared" names no secret of Secrets Manager; use its whole ARN, as aws secretsmanager list-secrets shows it`,
    ],
    [
      { A: { ref: known.replace("eu-west-1", "us-east-1") } },
      `${env}.A: its secret is in us-east-1 and the environment in eu-west-1; use one in eu-west-1`,
    ],
  ];
  it.each(refused)("are refused: %j", (given, problem) => {
    const secrets = { empty: "", long: "s".repeat(65_537) };
    expect(problemsOf(service({}, given, secrets), ["secrets"])).toEqual([problem]);
  });

  it("are not set on an environment that is adopted", () => {
    expect(problemsOf(service({ environment: "acme-prod" }, { A: "x" }))).toEqual([
      `${env}: the variables belong to the environment acme-prod, which is adopted as it is; take env out and set them there`,
    ]);
  });
});
