import {
  block,
  decimal,
  type Field,
  flag,
  list,
  map,
  type Schema,
  set,
  text,
  whole,
} from "../../bridge/schema.ts";
import { isProperties, sameValue, type Value } from "../../values.ts";
import { leftOut, oneOf, seconds } from "../forms.ts";

// The properties of `gcp.cloudrunv2.Service`, with what the provider itself checks of them.

const missing = block({}, { refuses: leftOut });
const missingList = list(text(), { refuses: leftOut });

const httpGet = block({
  path: text({ default: "/" }),
  port: whole({ computed: true }),
  httpHeaders: list(block({ name: text({ required: true }), value: text() })),
});
const tcpSocket = block({ port: whole({ computed: true }) });
const timing = {
  timeoutSeconds: whole({ default: 1 }),
  periodSeconds: whole({ default: 10 }),
  failureThreshold: whole({ default: 3 }),
};

const env = block({
  name: text({ required: true }),
  value: text(),
  valueSource: block({
    secretKeyRef: block({ secret: text({ required: true }), version: text() }),
  }),
});

/** Left out, the cpu is the platform's to choose and never a difference. */
const limits = map({
  computed: true,
  same(old, planned) {
    if (!isProperties(old) || !isProperties(planned) || planned.cpu !== undefined) return false;
    return sameValue({ ...old, cpu: "" }, { ...planned, cpu: "" });
  },
});

const container = block({
  image: text({ required: true }),
  name: text({ computed: true }),
  args: list(text()),
  commands: list(text()),
  envs: set(env),
  ports: block(
    { containerPort: whole({ computed: true }), name: text({ computed: true }) },
    { computed: true },
  ),
  resources: block(
    { limits, cpuIdle: flag({ computed: true }), startupCpuBoost: flag() },
    { computed: true },
  ),
  startupProbe: block(
    { initialDelaySeconds: whole(), ...timing, httpGet, tcpSocket, grpc: missing },
    { computed: true },
  ),
  livenessProbe: block({
    initialDelaySeconds: whole(),
    ...timing,
    httpGet,
    tcpSocket,
    grpc: missing,
  }),
  readinessProbe: missing,
  dependsOns: missingList,
  volumeMounts: missingList,
  workingDir: text({ refuses: leftOut }),
  baseImageUri: text({ refuses: leftOut }),
});

const template = block(
  {
    annotations: map(),
    labels: map(),
    containers: list(container),
    executionEnvironment: text({
      refuses: oneOf("EXECUTION_ENVIRONMENT_GEN1", "EXECUTION_ENVIRONMENT_GEN2"),
    }),
    maxInstanceRequestConcurrency: whole({ computed: true }),
    revision: text(),
    scaling: block(
      { minInstanceCount: whole(), maxInstanceCount: whole({ computed: true }) },
      { computed: true },
    ),
    serviceAccount: text({ computed: true }),
    sessionAffinity: flag(),
    timeout: text({ computed: true, refuses: seconds }),
    encryptionKey: text({ refuses: leftOut }),
    healthCheckDisabled: flag({ refuses: leftOut }),
    nodeSelector: missing,
    serviceMesh: missing,
    volumes: missingList,
    vpcAccess: missing,
  },
  { required: true },
);

const condition: Field = block(
  Object.fromEntries(
    [
      "type",
      "state",
      "message",
      "reason",
      "severity",
      "lastTransitionTime",
      "revisionReason",
      "executionReason",
    ].map((name) => [name, text()]),
  ),
);

const LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
const trafficType = oneOf(LATEST, "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION");
const output = (...names: string[]): Schema =>
  Object.fromEntries(names.map((name) => [name, text({ output: true })]));

export const serviceSchema: Schema = {
  name: text({ replaces: true }),
  location: text({ required: true, replaces: true }),
  project: text({ computed: true, replaces: true }),
  template,
  annotations: map(),
  client: text(),
  clientVersion: text(),
  customAudiences: list(text()),
  defaultUriDisabled: flag(),
  deletionProtection: flag({ default: true }),
  description: text(),
  ingress: text({
    computed: true,
    refuses: oneOf(
      "INGRESS_TRAFFIC_ALL",
      "INGRESS_TRAFFIC_INTERNAL_ONLY",
      "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    ),
  }),
  invokerIamDisabled: flag(),
  launchStage: text({
    computed: true,
    refuses: oneOf(
      "UNIMPLEMENTED",
      "PRELAUNCH",
      "EARLY_ACCESS",
      "ALPHA",
      "BETA",
      "GA",
      "DEPRECATED",
    ),
  }),
  scaling: block(
    {
      minInstanceCount: whole(),
      maxInstanceCount: whole(),
      scalingMode: text({ computed: true }),
      manualInstanceCount: whole(),
    },
    { computed: true },
  ),
  tags: map({ replaces: true }),
  traffics: list(
    block({
      type: text({ refuses: trafficType }),
      percent: whole(),
      revision: text(),
      tag: text(),
    }),
    { computed: true },
  ),
  binaryAuthorization: missing,
  buildConfig: missing,
  iapEnabled: flag({ refuses: falseOnly }),
  multiRegionSettings: missing,
  conditions: list(condition, { output: true }),
  terminalConditions: list(condition, { output: true }),
  trafficStatuses: list(
    block({ type: text(), percent: decimal(), revision: text(), tag: text(), uri: text() }),
    { output: true },
  ),
  effectiveAnnotations: map({ output: true }),
  reconciling: flag({ output: true }),
  urls: list(text(), { output: true }),
  ...output(
    "uid",
    "uri",
    "etag",
    "creator",
    "lastModifier",
    "createTime",
    "updateTime",
    "deleteTime",
    "expireTime",
    "generation",
    "observedGeneration",
    "latestCreatedRevision",
    "latestReadyRevision",
  ),
};

function falseOnly(value: Value): string | undefined {
  return value === false ? undefined : leftOut(value);
}
