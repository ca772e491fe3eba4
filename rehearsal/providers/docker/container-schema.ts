import {
  block,
  type FieldRules,
  flag,
  list,
  map,
  type Schema,
  set,
  text,
  whole,
} from "../bridge/schema.ts";
import type { Value } from "../values.ts";
import {
  healthcheck,
  labels,
  mounts,
  networksAdvanced,
  ports,
  throttle,
  uploads,
  volumes,
} from "./container-blocks.ts";
import { atLeast, matches, oneOf, refusesSecurityOpts } from "./refusals.ts";

// The properties of `docker.Container`: what replaces it, what updates it, what is refused.

const replaces = { replaces: true } as const;
const filledIn = { replaces: true, computed: true } as const;
const texts = (rules: FieldRules = replaces) => set(text(), rules);

/** The image brings its own: a program that does not set it takes the image's. */
const fromImage = (_old: Value | undefined, planned: Value | undefined) =>
  planned === undefined || planned === "";

/** What a change of makes a new container. */
const identity: Schema = {
  image: text({ required: true, replaces: true }),
  name: text(replaces),
  capabilities: block({ adds: texts(), drops: texts() }, replaces),
  cgroupParent: text(filledIn),
  cgroupnsMode: text({ ...filledIn, refuses: oneOf("private", "host") }),
  command: list(text(), filledIn),
  cpus: text({ replaces: true, refuses: matches(/^\d*\.?\d+$/, "a number of CPUs, such as 0.5") }),
  deviceCgroupRules: texts(),
  deviceRequests: list(
    block({
      capabilities: texts({}),
      count: whole(),
      deviceIds: texts({}),
      driver: text(),
      options: map(),
    }),
    replaces,
  ),
  devices: set(
    block({ hostPath: text({ required: true }), containerPath: text(), permissions: text() }),
    replaces,
  ),
  dns: texts(),
  dnsOpts: texts(),
  dnsSearches: texts(),
  domainname: text(replaces),
  entrypoints: list(text(), filledIn),
  envs: texts(filledIn),
  gpus: text(replaces),
  groupAdds: texts(),
  healthcheck,
  hostname: text(filledIn),
  hosts: set(block({ host: text({ required: true }), ip: text({ required: true }) }), replaces),
  ipcMode: text(filledIn),
  labels: labels(filledIn),
  logDriver: text(filledIn),
  logOpts: map(replaces),
  mounts,
  networkMode: text({
    default: "bridge",
    replaces: true,
    same: (old, planned) => old === "default" && planned === "bridge",
  }),
  networksAdvanced,
  pidMode: text(replaces),
  platform: text(filledIn),
  ports,
  privileged: flag(replaces),
  publishAllPorts: flag(replaces),
  readOnly: flag({ default: false, replaces: true }),
  runtime: text(filledIn),
  securityOpts: texts({ ...filledIn, refuses: refusesSecurityOpts }),
  shmSize: whole({ ...filledIn, refuses: atLeast(0) }),
  stdinOpen: flag({ default: false, replaces: true }),
  stopSignal: text(filledIn),
  stopTimeout: whole(filledIn),
  storageOpts: map(filledIn),
  sysctls: map(replaces),
  tty: flag({ default: false, replaces: true }),
  ulimits: set(
    block({
      name: text({ required: true }),
      soft: whole({ required: true }),
      hard: whole({ required: true }),
    }),
    replaces,
  ),
  uploads,
  user: text({ replaces: true, same: fromImage }),
  usernsMode: text(replaces),
  volumes,
  workingDir: text({ replaces: true, same: fromImage }),
};

/** What the engine changes in a container that stays. */
const limits: Schema = {
  restart: text({ default: "no", refuses: oneOf("no", "on-failure", "always", "unless-stopped") }),
  maxRetryCount: whole(),
  memory: whole({ refuses: atLeast(0) }),
  memoryReservation: whole({ refuses: atLeast(0) }),
  memorySwap: whole({ refuses: atLeast(-1) }),
  cpuShares: whole({ refuses: atLeast(0) }),
  cpuSet: text({ refuses: matches(/^\d+(?:[,-]\d+)*$/, "a set of CPUs, such as 0-2,4") }),
  deviceReadBps: throttle(),
  deviceReadIops: throttle(),
  deviceWriteBps: throttle(),
  deviceWriteIops: throttle(),
};

/** What is shown as an update although the container stays as it is. */
const forgotten: Schema = {
  cpuPeriod: whole(),
  cpuQuota: whole(),
  init: flag({ computed: true }),
  rm: flag({ default: false }),
  tmpfs: map(),
};

/** What only the provider knows. */
const provider: Schema = {
  attach: flag({ default: false }),
  containerReadRefreshTimeoutMilliseconds: whole({ default: 15000 }),
  destroyGraceSeconds: whole({ refuses: atLeast(0) }),
  logs: flag({ default: false }),
  mustRun: flag({ default: true }),
  removeVolumes: flag({ default: true }),
  start: flag({ default: true }),
  wait: flag({ default: false }),
  waitTimeout: whole({ default: 60 }),
};

const outputs: Schema = {
  bridge: text({ output: true }),
  containerLogs: text({ output: true }),
  exitCode: whole({ output: true }),
  networkDatas: list(block({}), { output: true }),
};

/** Every property of a container. */
export const containerSchema: Schema = {
  ...identity,
  ...limits,
  ...forgotten,
  ...provider,
  ...outputs,
};
