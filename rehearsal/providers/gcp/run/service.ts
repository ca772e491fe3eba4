import { randomBytes, randomUUID } from "node:crypto";
import { dropRoute } from "../../../cloud/routes.ts";
import type { Update } from "../../bridge/bridged-type.ts";
import type { Call, ResourceType } from "../../provider.ts";
import { InitError, RuleError } from "../../rule-error.ts";
import type { Properties } from "../../values.ts";
import { hasAccount } from "../account.ts";
import { alreadyExists, apiError } from "../api-error.ts";
import { endGrants } from "../binding.ts";
import { googleType } from "../google-type.ts";
import { isRegion } from "../names.ts";
import { type GoogleSession, projectOf } from "../session.ts";
import { deploy, needsRevision } from "./deploy.ts";
import { removeInstances } from "./instances.ts";
import { withPlatformDefaults } from "./platform-defaults.ts";
import { revive } from "./revive.ts";
import { isLeftUnfinished, SERVICE, type ServiceRecord, serviceOf } from "./service-record.ts";
import { hostsOf, publish } from "./service-routes.ts";
import { refuseService } from "./service-rules.ts";
import { serviceSchema } from "./service-schema.ts";
import { serviceState } from "./service-state.ts";
import { refuseTraffic } from "./traffic-rules.ts";

// `gcp.cloudrunv2.Service`: a service that truly runs its image. A revision that does not come up leaves the one before it
// serving, and an update that has nothing to change is content with that.

/** Makes the type for one configuration of the provider. */
export function serviceType(session: GoogleSession): ResourceType {
  const { cloud } = session;
  return googleType(session, {
    kind: "Service",
    api: "run.googleapis.com",
    schema: serviceSchema,
    autonamed: { property: "name", most: 50, lower: true },
    labelled: true,
    deletionPolicies: [],
    create: (planned, call) => createService(session, planned, call),
    async read(id, state, call) {
      const service = serviceOf(cloud, id);
      if (!service) return undefined;
      return { ...own(state), ...serviceState(id, await revive(session, id, service, call)) };
    },
    update: (update, call) => updateService(session, update, call),
    delete: (id, state) => deleteService(session, id, state),
  });
}

/** What only the provider knows, not the cloud. */
function own({ deletionProtection, deletionPolicy, pulumiLabels }: Properties): Properties {
  return {
    ...(deletionProtection !== undefined && { deletionProtection }),
    ...(deletionPolicy !== undefined && { deletionPolicy }),
    ...(pulumiLabels !== undefined && { pulumiLabels }),
  };
}

async function createService(session: GoogleSession, planned: Properties, call: Call) {
  const { cloud } = session;
  const project = projectOf(planned);
  const [name, location] = [String(planned.name), String(planned.location)];
  const id = `projects/${project}/locations/${location}/services/${name}`;
  const spec = withPlatformDefaults(planned);
  refuse(session, spec, undefined);
  const now = new Date().toISOString();
  const service: ServiceRecord = {
    spec,
    uid: randomUUID(),
    hosts: hostsOf(name, location, project),
    createTime: now,
    updateTime: now,
    generation: 1,
    observedGeneration: 0,
    created: "",
    revisions: {},
  };
  const found = serviceOf(cloud, id);
  // A killed run cannot have told anybody that it made the service, so it is this one's to make.
  if (found && isLeftUnfinished(found) && !found.serving) cloud.delete(SERVICE, id);
  if (!cloud.create(SERVICE, id, service)) throw alreadyExists(id);
  const failure = await deploy(session, id, { ...service, created: revisionName(spec, 1) }, call);
  const state = { ...planned, ...stateOf(session, id) };
  if (failure === undefined) return { id, state };
  throw new InitError(
    id,
    state,
    `Error waiting to create Service: Error waiting for Creating Service: ${failure}`,
  );
}

async function updateService(
  session: GoogleSession,
  { id, state, planned }: Update,
  call: Call,
): Promise<Properties> {
  const before = serviceOf(session.cloud, id);
  if (!before) throw apiError(404, `Resource '${id}' was not found`);
  const spec = withPlatformDefaults(planned);
  refuse(session, spec, before);
  const generation = before.generation + 1;
  const changed = { ...before, spec, generation, updateTime: new Date().toISOString() };
  if (needsRevision(before, spec)) {
    const next = { ...changed, created: revisionName(spec, generation) };
    const failure = await deploy(session, id, next, call);
    if (failure !== undefined) {
      const wanted = { ...state, ...planned };
      throw new InitError(id, wanted, `Error waiting for Updating Service: ${failure}`);
    }
  } else {
    const observedGeneration =
      before.failure === undefined ? generation : before.observedGeneration;
    session.cloud.put(SERVICE, id, { ...changed, observedGeneration });
    publish(session, id);
  }
  return { ...planned, ...stateOf(session, id) };
}

async function deleteService(session: GoogleSession, id: string, state: Properties): Promise<void> {
  if (state.deletionProtection === true) {
    throw new RuleError(
      "cannot destroy service without setting deletion_protection=false and running an update first",
    );
  }
  const service = serviceOf(session.cloud, id);
  if (!service) return;
  for (const host of service.hosts) dropRoute(session.cloud, host);
  await removeInstances(session, service.spec);
  session.cloud.delete(SERVICE, id);
  endGrants(session.cloud, id);
}

/** What the API refuses before it makes or changes anything. */
function refuse(session: GoogleSession, spec: Properties, before: ServiceRecord | undefined): void {
  const location = String(spec.location);
  if (!isRegion(location)) {
    throw apiError(403, `Permission denied on 'locations/${location}' (or it may not exist)`);
  }
  refuseService(spec);
  refuseTraffic(spec, before);
  const template = spec.template as Properties;
  const account = String(template.serviceAccount);
  if (!hasAccount(session.cloud, account)) {
    throw apiError(
      403,
      `Permission 'iam.serviceaccounts.actAs' denied on service account ${account} (or it may not exist).`,
    );
  }
  const name = template.revision ? String(template.revision) : undefined;
  if (name && before?.revisions[name] && needsRevision(before, spec)) {
    throw apiError(409, `Revision named '${name}' with different configuration already exists.`);
  }
}

function revisionName({ name, template }: Properties, generation: number): string {
  const { revision } = template as Properties;
  if (revision) return String(revision);
  const letters = randomBytes(8).readBigUInt64BE().toString(36).slice(-3);
  return `${name}-${String(generation).padStart(5, "0")}-${letters}`;
}

function stateOf({ cloud }: GoogleSession, id: string): Properties {
  const service = serviceOf(cloud, id);
  if (!service) throw new Error(`${id}: is gone while it is worked on`);
  return serviceState(id, service);
}
