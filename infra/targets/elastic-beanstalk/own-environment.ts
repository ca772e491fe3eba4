import { RunError } from "@pulumi/pulumi/errors.js";
import type { ElasticBeanstalkConfig } from "../../config/elastic-beanstalk.ts";
import { readState } from "../../read-state.ts";
import { environmentName } from "./environment-name.ts";

/**
 * Refuses to adopt an environment where the stack has made one of its own, which would go: `EB_ENV_NAME` may only have been
 * left in a shell.
 * @throws pulumi.RunError with both names and the ways out.
 */
export async function keepOwnEnvironment(
  service: string,
  { environment }: Pick<ElasticBeanstalkConfig, "environment">,
): Promise<void> {
  if (environment === undefined) return;
  const outputs = await readState<StateEntry>("readStackResourceOutputs");
  const found = Object.entries(outputs).find(([urn]) =>
    urn.endsWith(`aws:elasticbeanstalk/environment:Environment::${service}`),
  );
  const { name, application } = found?.[1].outputs ?? {};
  const isOwn =
    application !== undefined &&
    name === environmentName(service, { application, environment: undefined });
  if (!isOwn || name === environment) return;
  throw new RunError(
    `slipway:services.${service}.target.environment: ${environment} would be adopted in place of ${name}, which this stack has made; take it out, or unset EB_ENV_NAME, or pulumi destroy this stack first`,
  );
}

interface StateEntry {
  readonly outputs?: { readonly name?: string; readonly application?: string };
}
