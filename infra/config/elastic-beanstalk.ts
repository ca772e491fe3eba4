import { z } from "zod";
import { elasticBeanstalkProblems } from "./elastic-beanstalk-rules.ts";
import { absolutePath, port, strict, text, whole } from "./forms.ts";
import { awsAccount, awsRegion } from "./places.ts";

const subnet = text(
  /^subnet-[0-9a-f]{8,17}$/,
  "is no subnet; use an id such as subnet-0123456789abcdef0",
);

const domain = strict({
  name: text(
    /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
    "is no domain; use lower-case labels with dots between, such as www.example.com",
  ),
  /** The certificate of Certificate Manager for the name, in the environment's region. */
  certificate: arn(
    "acm",
    "certificate/[0-9a-f-]+",
    "certificate of Certificate Manager",
  ).optional(),
  /** The hosted zone of Route 53 that gets the name, below the zone's own; left out where the name is kept elsewhere. */
  zone: text(
    /^Z[A-Z0-9]{1,31}$/,
    "is no hosted zone; use its id, such as Z0123456789ABC",
  ).optional(),
});

const vpc = strict({
  id: text(/^vpc-[0-9a-f]{8,17}$/, "is no VPC; use an id such as vpc-0123456789abcdef0"),
  /** The subnets of the instances; they must reach the internet, through a NAT gateway or with addresses of their own. */
  instances: z.array(subnet).min(1),
  /** The subnets of the load balancer, in two zones or more. */
  balancer: z.array(subnet).min(1).optional(),
  /** Whether the instances get public addresses: for subnets without a NAT gateway. */
  publicAddresses: z.boolean().default(false),
});

/** How long Elastic Beanstalk lets CloudWatch keep logs, in days: its option RetentionInDays. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_827, 3_653,
] as const;

const settings = strict({
  kind: z.literal("elastic-beanstalk"),
  account: awsAccount,
  region: awsRegion,
  /** The application, which ground makes or which exists. */
  application: text(
    /^[^/*?$\s](?:[^/*?$]{0,98}[^/*?$\s])?$/,
    "is no application; use its name of 1 to 100 characters, as aws elasticbeanstalk describe-applications shows it",
  ),
  /** An existing environment of the application, which is adopted: it gets new releases, and is never changed otherwise or destroyed. */
  environment: text(
    /^[A-Za-z0-9][A-Za-z0-9-]{2,38}[A-Za-z0-9]$/,
    "is no environment; use the name of 4 to 40 letters, digits and - that aws elasticbeanstalk describe-environments shows",
  ).optional(),
  /** The id of the adopted environment, where it cannot be found by its name. */
  environmentId: text(
    /^e-[a-z0-9]{10}$/,
    "is no id of an environment; use the EnvironmentId that aws elasticbeanstalk describe-environments shows",
  ).optional(),
  access: z.enum(["public", "internal"]),
  /** The platform's version. Default: the newest when the environment is made, and then that one. */
  platform: text(
    /^4\.\d+\.\d+$/,
    "is no version of the platform Docker running on 64bit Amazon Linux 2023; use one such as 4.13.1",
  ).optional(),
  /** Whether an application load balancer stands before the instances; else there is one instance. */
  balanced: z.boolean().default(true),
  instances: strict({
    min: whole(1, 10_000).default(1),
    max: whole(1, 10_000).default(4),
    types: z
      .array(
        text(
          /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
          "is no type of instance; use one such as t3.small",
        ).refine((type) => !isArm(type), {
          error: ({ input }) =>
            `"${input}" is an arm64 machine, and images are built for linux/amd64; use one such as t3.small`,
        }),
      )
      .min(1)
      .default(["t3.small"]),
  }).prefault({}),
  containerPort: port.default(8000),
  health: absolutePath.default("/"),
  /** How a release comes in. Default: RollingWithAdditionalBatch, and Immutable where there is one instance. */
  policy: z.enum(["Rolling", "RollingWithAdditionalBatch", "Immutable"]).optional(),
  domain: domain.optional(),
  /** Default: the account's default VPC. */
  vpc: vpc.optional(),
  logs: strict({ days: z.literal(retentions).default(30) }).prefault({}),
  /** Whether the environment can neither be destroyed nor replaced before an `up` with false. */
  protect: z.boolean().default(true),
  alerts: strict({
    /** The topic of SNS that is told. */
    topic: arn("sns", "[A-Za-z0-9_-]{1,256}", "topic of SNS").optional(),
    /** Answers with a status of 500 or more within five minutes that are too many. */
    errors: whole(1, 1_000_000).default(10),
  }).prefault({}),
});

/** The arm of `target` for Elastic Beanstalk. */
export const elasticBeanstalk = settings.superRefine((config, context) => {
  for (const [path, message] of elasticBeanstalkProblems(config, least)) {
    context.addIssue({ code: "custom", path: path.split("."), message });
  }
});

export type ElasticBeanstalkConfig = z.output<typeof settings>;

function arn(service: string, resource: string, what: string) {
  return text(
    new RegExp(`^arn:aws:${service}:[a-z0-9-]+:\\d{12}:${resource}$`),
    `is no ${what}; use its ARN, arn:aws:${service}:REGION:ACCOUNT:…`,
  );
}

/** What is left to the defaults in a target that says no more than it must. */
function least(): ElasticBeanstalkConfig {
  return settings.parse({
    kind: "elastic-beanstalk",
    account: "000000000000",
    region: "eu-west-1",
    application: "any",
    access: "public",
  });
}

/** Amazon's own processors have a g behind the generation's number, such as m7gd; a1 came before that rule. */
function isArm(type: string): boolean {
  const family = type.split(".")[0] ?? "";
  return family === "a1" || /^[a-z]+\d+[a-z]*g/.test(family);
}
