import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { applicationNamed } from "./application.ts";
import { checkSettings } from "./check-settings.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { endpointUrl } from "./environment-state.ts";
import { hex, letters } from "./identifiers.ts";
import { solutionStack } from "./platforms.ts";
import type { Session } from "./session.ts";
import { applicable, readSettings } from "./settings.ts";

// What the service makes of an environment's inputs.

/**
 * What the service keeps of the inputs.
 * @throws RuleError for what it does not accept.
 */
export function configured(session: Session, planned: Properties) {
  const { application, region, version, description } = planned;
  applicationNamed(session, String(region), String(application));
  const isKnown = session.cloud.get(
    "aws/application-version",
    `${session.account}/${region}/${application}/${version}`,
  );
  if (version !== undefined && version !== "" && !isKnown) {
    throw new RuleError(
      `InvalidParameterValue: No Application Version named '${version}' found in ${application}; make it first`,
    );
  }
  if (planned.templateName) {
    throw new RuleError(
      `InvalidParameterValue: No Configuration Template named '${planned.templateName}' found; give settings in its place`,
    );
  }
  const settings = readSettings(planned.settings);
  checkSettings(settings);
  return {
    ...(description !== undefined && { description: String(description) }),
    settings: applicable(settings),
    solutionStack: solutionStack(
      planned.solutionStackName as string | undefined,
      planned.platformArn as string | undefined,
    ),
  };
}

/** The record of a new environment, before it has a version. */
export function newRecord(session: Session, planned: Properties): EnvironmentRecord {
  refuseTags(planned);
  const own = configured(session, planned);
  const region = String(planned.region);
  const name = String(planned.name);
  const id = `e-${letters(10)}`;
  const prefix = planned.cnamePrefix as string | undefined;
  const host = prefix ?? `${name}.eba-${letters(8)}`;
  return {
    ...own,
    id,
    account: session.account,
    region,
    application: String(planned.application),
    name,
    tier: String(planned.tier),
    cnamePrefix: prefix ?? "",
    cname: `${host}.${region}.elasticbeanstalk.com`.toLowerCase(),
    endpointUrl: endpointUrl(id, region, own.settings),
    tags: (planned.tagsAll ?? {}) as EnvironmentRecord["tags"],
    status: "Ready",
    health: "Grey",
    version: "",
    instance: `i-${hex(17)}`,
  };
}

/** @throws RuleError for tags that only the service itself may give. */
export function refuseTags({ tagsAll }: Properties): void {
  const reserved = Object.keys((tagsAll ?? {}) as Properties).find((tag) =>
    /^(?:Name$|elasticbeanstalk:|aws:)/.test(tag),
  );
  if (reserved === undefined) return;
  throw new RuleError(
    `TagUpdateFailed: the tag ${reserved} belongs to Elastic Beanstalk; take it out, also from defaultTags`,
  );
}
