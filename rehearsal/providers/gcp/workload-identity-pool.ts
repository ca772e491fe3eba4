import type { Cloud } from "../../cloud/cloud.ts";
import { flag, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { apiError } from "./api-error.ts";
import { between, oneOf } from "./forms.ts";
import { poolId } from "./names.ts";
import { recordType } from "./record-type.ts";
import { type GoogleSession, projectNumber, projectOf } from "./session.ts";

// `gcp.iam.WorkloadIdentityPool`: identities of elsewhere, such as pipelines'. A deleted pool keeps its id for 30 days.

/** The kind of the cloud's records; their ids are `projects/P/locations/global/workloadIdentityPools/POOL`. */
export const POOL = "gcp/workload-identity-pool";

/** Makes the type for one configuration of the provider. */
export function workloadIdentityPoolType(session: GoogleSession): ResourceType {
  const { cloud } = session;
  return recordType(session, {
    kind: "WorkloadIdentityPool",
    record: POOL,
    api: "iam.googleapis.com",
    schema: {
      workloadIdentityPoolId: text({ required: true, replaces: true, refuses: poolId }),
      project: text({ computed: true, replaces: true }),
      displayName: text({ refuses: between(0, 32) }),
      description: text({ refuses: between(0, 256) }),
      disabled: flag(),
      mode: text({ computed: true, refuses: oneOf("FEDERATION_ONLY", "TRUST_DOMAIN") }),
      name: text({ output: true }),
      state: text({ output: true }),
    },
    deletionPolicies: [],
    id: poolPath,
    refuse(planned) {
      refuseDeleted(cloud, POOL, poolPath(planned));
      const before = cloud.get<Properties>(POOL, poolPath(planned));
      if (before && planned.mode !== undefined && before.mode !== planned.mode) {
        throw apiError(400, "the mode of a pool cannot be changed");
      }
    },
    made: (planned, id) => ({
      mode: planned.mode ?? "FEDERATION_ONLY",
      name: byNumber(id, projectOf(planned)),
      state: "ACTIVE",
    }),
    remove: (id) => softDelete(cloud, POOL, id),
  });
}

/** A path with the project's number, as Google writes the names of pools and providers. */
export function byNumber(path: string, project: string): string {
  return path.replace(`projects/${project}/`, `projects/${projectNumber(project)}/`);
}

/** Deletes a record but keeps its id taken. */
export function softDelete(cloud: Cloud, kind: string, id: string): void {
  cloud.delete(kind, id);
  cloud.put(`${kind}-deleted`, id, { at: Date.now() });
}

/** Refuses an id that was deleted in the last 30 days. */
export function refuseDeleted(cloud: Cloud, kind: string, id: string): void {
  const deleted = cloud.get<{ at: number }>(`${kind}-deleted`, id);
  if (deleted && Date.now() - deleted.at < 30 * 86_400_000) {
    throw apiError(
      409,
      `${id}: already exists; it was deleted less than 30 days ago: undelete it, or take another id`,
    );
  }
}

function poolPath(planned: Properties): string {
  return `projects/${projectOf(planned)}/locations/global/workloadIdentityPools/${planned.workloadIdentityPoolId}`;
}
