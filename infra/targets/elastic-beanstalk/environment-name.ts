import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { ElasticBeanstalkConfig } from "../../config/elastic-beanstalk.ts";

/** By Elastic Beanstalk; names are letters, digits and hyphens, unique in an account and region. */
const longest = 40;

/**
 * The name of a service's environment: the adopted one's, else `web-production-` and a hash of project, stack, service and
 * application, so that neither another project's stack has it nor this stack in another application.
 */
export function environmentName(
  service: string,
  { environment, application }: Pick<ElasticBeanstalkConfig, "environment" | "application">,
): string {
  if (environment !== undefined) return environment;
  const stack = pulumi.getStack();
  const whole = JSON.stringify([pulumi.getProject(), stack, service, application]);
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 8);
  const legible = `${service}-${stack}`
    .replace(/[^A-Za-z0-9]+/g, "-")
    .slice(0, longest - hash.length - 1)
    .replace(/-$/, "");
  return `${legible}-${hash}`;
}
