import { expect, test } from "vitest";
import { containerSchema } from "../../../../rehearsal/providers/docker/container-schema.ts";

// Which properties of a container replace it, and which do not, all of them.

const named = (wanted: (name: string) => boolean) =>
  Object.keys(containerSchema).filter(wanted).sort();

test("these properties replace it", () => {
  expect(named((name) => containerSchema[name]?.replaces === true)).toEqual([
    "capabilities",
    "cgroupParent",
    "cgroupnsMode",
    "command",
    "cpus",
    "deviceCgroupRules",
    "deviceRequests",
    "devices",
    "dns",
    "dnsOpts",
    "dnsSearches",
    "domainname",
    "entrypoints",
    "envs",
    "gpus",
    "groupAdds",
    "healthcheck",
    "hostname",
    "hosts",
    "image",
    "ipcMode",
    "labels",
    "logDriver",
    "logOpts",
    "mounts",
    "name",
    "networkMode",
    "networksAdvanced",
    "pidMode",
    "platform",
    "ports",
    "privileged",
    "publishAllPorts",
    "readOnly",
    "runtime",
    "securityOpts",
    "shmSize",
    "stdinOpen",
    "stopSignal",
    "stopTimeout",
    "storageOpts",
    "sysctls",
    "tty",
    "ulimits",
    "uploads",
    "user",
    "usernsMode",
    "volumes",
    "workingDir",
  ]);
});

test("these are updates", () => {
  expect(
    named((name) => !containerSchema[name]?.replaces && !containerSchema[name]?.output),
  ).toEqual([
    "attach",
    "containerReadRefreshTimeoutMilliseconds",
    "cpuPeriod",
    "cpuQuota",
    "cpuSet",
    "cpuShares",
    "destroyGraceSeconds",
    "deviceReadBps",
    "deviceReadIops",
    "deviceWriteBps",
    "deviceWriteIops",
    "init",
    "logs",
    "maxRetryCount",
    "memory",
    "memoryReservation",
    "memorySwap",
    "mustRun",
    "removeVolumes",
    "restart",
    "rm",
    "start",
    "tmpfs",
    "wait",
    "waitTimeout",
  ]);
});

test("these are outputs only", () => {
  expect(named((name) => containerSchema[name]?.output === true)).toEqual([
    "bridge",
    "containerLogs",
    "exitCode",
    "networkDatas",
  ]);
});
