import {
  block,
  type Field,
  type FieldRules,
  flag,
  list,
  map,
  set,
  text,
  whole,
} from "../bridge/schema.ts";
import type { Value } from "../values.ts";
import { parseDuration } from "./duration.ts";
import { atLeast, matches, oneOf, refusesDuration } from "./refusals.ts";

// The nested objects of `docker.Container`.

const replaces = { replaces: true } as const;
const filledIn = { replaces: true, computed: true } as const;
const texts = set(text());

export const labels = (rules: FieldRules) =>
  set(block({ label: text({ required: true }), value: text({ required: true }) }), rules);

export const throttle = () =>
  set(block({ path: text({ required: true }), rate: whole({ required: true }) }));

export const ports = list(
  block({
    internal: whole({ required: true }),
    external: whole({ computed: true }),
    ip: text({ default: "0.0.0.0" }),
    protocol: text({ default: "tcp" }),
  }),
  replaces,
);

export const volumes = set(
  block({
    containerPath: text(),
    fromContainer: text(),
    hostPath: text({ refuses: matches(/^(?:\/|[A-Za-z]:[\\/]|\\\\)/, "an absolute path") }),
    readOnly: flag(),
    selinuxRelabel: text({ refuses: oneOf("z", "Z") }),
    volumeName: text(),
  }),
  replaces,
);

export const mounts = set(
  block({
    target: text({ required: true }),
    type: text({ required: true, refuses: oneOf("bind", "volume", "tmpfs") }),
    source: text(),
    readOnly: flag(),
    bindOptions: block({ propagation: text() }),
    tmpfsOptions: block({ mode: whole(), sizeBytes: whole() }),
    volumeOptions: block({
      driverName: text(),
      driverOptions: map(),
      labels: labels({}),
      noCopy: flag(),
      subpath: text(),
    }),
  }),
  replaces,
);

export const uploads = set(
  block({
    file: text({ required: true }),
    content: text(),
    contentBase64: text(),
    source: text(),
    sourceHash: text(),
    executable: flag(),
    permissions: text({ refuses: matches(/^0?[0-7]{3}$/, "three octal digits, such as 0644") }),
    owner: text(),
    group: text(),
  }),
  replaces,
);

export const networksAdvanced = set(
  block({
    name: text({ required: true }),
    aliases: texts,
    ipv4Address: text(),
    ipv6Address: text(),
    macAddress: text(),
    driverOpts: texts,
    linkLocalIps: texts,
    gwPriority: whole(),
  }),
  replaces,
);

export const healthcheck = block(
  {
    tests: list(text()),
    interval: duration(),
    timeout: duration(),
    startPeriod: duration(),
    startInterval: duration(),
    retries: whole({ refuses: atLeast(0) }),
  },
  filledIn,
);

function duration(): Field {
  return text({ default: "0s", refuses: refusesDuration, same: sameDuration });
}

function sameDuration(old: Value | undefined, planned: Value | undefined): boolean {
  return (
    (parseDuration(String(old ?? "0s")) ?? -1) === (parseDuration(String(planned ?? "0s")) ?? -2)
  );
}
