import { createHash } from "node:crypto";
import type { Properties } from "../../values.ts";
import type { ServiceRecord } from "./service-record.ts";

/** The properties of a service as its API tells them. */
export function serviceState(id: string, record: ServiceRecord): Properties {
  const { spec, uid, hosts, createTime, updateTime, generation, created, serving, failure } =
    record;
  const revision = (name: string): string => (name === "" ? "" : `${id}/revisions/${name}`);
  const ready = serving?.revision ?? "";
  const [host] = hosts;
  return {
    ...spec,
    uid,
    createTime,
    updateTime,
    creator: "",
    lastModifier: "",
    deleteTime: "",
    expireTime: "",
    etag: `"${createHash("sha256").update(`${uid}${updateTime}`).digest("base64url").slice(0, 20)}"`,
    generation: String(generation),
    observedGeneration: String(record.observedGeneration),
    reconciling: false,
    latestCreatedRevision: revision(created),
    latestReadyRevision: revision(ready),
    uri: `https://${host}`,
    urls: [...hosts].reverse().map((each) => `https://${each}`),
    effectiveAnnotations: spec.annotations ?? {},
    terminalConditions: [condition("Ready", updateTime, failure)],
    conditions: [
      condition("RoutesReady", updateTime, serving ? undefined : failure),
      condition("ConfigurationsReady", updateTime, failure),
    ],
    trafficStatuses:
      ready === "" ? [] : [{ type: LATEST, percent: 100, revision: "", tag: "", uri: "" }],
  };
}

/** All traffic to the newest revision that is ready. */
export const LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";

function condition(type: string, lastTransitionTime: string, failure?: string): Properties {
  return {
    type,
    state: failure === undefined ? "CONDITION_SUCCEEDED" : "CONDITION_FAILED",
    message: failure ?? "",
    lastTransitionTime,
    reason: "",
    severity: "",
    revisionReason: "",
    executionReason: "",
  };
}
