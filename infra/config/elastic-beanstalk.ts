import { z } from "zod";
import { absolutePath, port, strict, text, whole } from "./forms.ts";
import { awsAccount, awsRegion } from "./places.ts";

/** The arm of `target` for Elastic Beanstalk. */
export const elasticBeanstalk = strict({
  kind: z.literal("elastic-beanstalk"),
  account: awsAccount,
  region: awsRegion,
  /** The application, which ground makes or which exists. */
  application: z.string().min(1).max(100),
  /** An existing environment, which is adopted. */
  environment: z.string().optional(),
  access: z.enum(["public", "internal"]),
  platform: text(
    /^4\.\d+\.\d+$/,
    "is no version of the platform Docker running on 64bit Amazon Linux 2023; use one such as 4.13.1",
  ).optional(),
  balanced: z.boolean().default(true),
  instances: strict({
    min: whole(1, 10_000).default(1),
    max: whole(1, 10_000).default(4),
    types: z.array(z.string()).min(1).default(["t3.small"]),
  }).prefault({}),
  containerPort: port.default(8000),
  health: absolutePath.default("/"),
  policy: z
    .enum(["Rolling", "RollingWithAdditionalBatch", "Immutable"])
    .default("RollingWithAdditionalBatch"),
  domain: strict({
    name: z.string(),
    certificate: z.string(),
    zone: z.string().optional(),
  }).optional(),
  vpc: strict({
    id: z.string(),
    instances: z.array(z.string()).min(1),
    balancer: z.array(z.string()).min(1).optional(),
  }).optional(),
  logs: strict({ days: z.int().default(30) }).prefault({}),
  protect: z.boolean().default(true),
  alerts: strict({ topic: z.string().optional() }).prefault({}),
});

export type ElasticBeanstalkConfig = z.output<typeof elasticBeanstalk>;
