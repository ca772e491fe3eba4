import type Docker from "dockerode";
import type { Properties } from "../values.ts";
import { networksOf, portsOf } from "./container-connections.ts";
import { mebibytes } from "./container-fields.ts";
import { formatDuration } from "./duration.ts";

// A container as the engine has it, in the words of `docker.Container`.

/**
 * The state now. What the real provider does not read back (environment, labels, volumes, uploads, networks) stays as it was;
 * a container that has stopped loses `mustRun`, and if it had to run, its ports.
 */
export function containerState(before: Properties, found: Docker.ContainerInspectInfo): Properties {
  const { HostConfig: host, State: state } = found;
  const config: Docker.ContainerInspectInfo["Config"] & {
    StopSignal?: string;
    StopTimeout?: number;
  } = found.Config;
  const network: Docker.ContainerInspectInfo["NetworkSettings"] & { Bridge?: string } =
    found.NetworkSettings;
  const running = state.Running;
  const imported = Object.keys(before).length === 0;
  const ports =
    running || before.mustRun === false ? portsOf(before.ports, found, running, imported) : [];
  const now = {
    name: found.Name.replace(/^\//, ""),
    image: String(before.image ?? "").startsWith("sha256:") ? found.Image : config.Image,
    mustRun: running ? (before.mustRun ?? true) : false,
    ports,
    exitCode: running || state.Status === "created" ? undefined : state.ExitCode,
    bridge: network.Bridge ?? "",
    networkDatas: networksOf(found),
    capabilities: capabilitiesOf(host.CapAdd, host.CapDrop),
    command: config.Cmd ?? undefined,
    entrypoints:
      typeof config.Entrypoint === "string"
        ? [config.Entrypoint]
        : (config.Entrypoint ?? undefined),
    hostname: config.Hostname,
    domainname: config.Domainname || undefined,
    user: config.User || undefined,
    workingDir: config.WorkingDir || undefined,
    tty: config.Tty,
    stdinOpen: config.OpenStdin,
    stopSignal: config.StopSignal,
    stopTimeout: config.StopTimeout,
    healthcheck: healthcheckOf(config.Healthcheck),
    networkMode: host.NetworkMode,
    readOnly: host.ReadonlyRootfs,
    privileged: host.Privileged,
    publishAllPorts: host.PublishAllPorts,
    restart: host.RestartPolicy?.Name || "no",
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount || undefined,
    memory: mebibytes(host.Memory),
    memoryReservation: mebibytes(host.MemoryReservation),
    memorySwap: host.MemorySwap === -1 ? -1 : mebibytes(host.MemorySwap),
    cpuShares: host.CpuShares || undefined,
    cpuSet: host.CpusetCpus || undefined,
    cpus: cpusOf(host.NanoCpus),
    shmSize: mebibytes(host.ShmSize),
    logDriver: host.LogConfig?.Type,
    logOpts: host.LogConfig?.Config,
    runtime: host.Runtime,
    ipcMode: host.IpcMode,
    pidMode: host.PidMode || undefined,
    usernsMode: host.UsernsMode || undefined,
    securityOpts: host.SecurityOpt ?? undefined,
    sysctls: host.Sysctls,
    dns: host.Dns ?? undefined,
    dnsOpts: host.DnsOptions ?? undefined,
    dnsSearches: host.DnsSearch ?? undefined,
    groupAdds: host.GroupAdd ?? undefined,
    cgroupnsMode: (host as { CgroupnsMode?: string }).CgroupnsMode || undefined,
    platform: (found as { Platform?: string }).Platform,
  };
  const kept = { ...before, ...now };
  return Object.fromEntries(
    Object.entries(kept).filter(([, value]) => value !== undefined),
  ) as Properties;
}

interface Healthcheck {
  readonly Test?: string[] | undefined;
  readonly Interval?: number | undefined;
  readonly Timeout?: number | undefined;
  readonly StartPeriod?: number | undefined;
  readonly StartInterval?: number | undefined;
  readonly Retries?: number | undefined;
}

function healthcheckOf(check: Healthcheck | undefined): Properties | undefined {
  if (!check?.Test) return undefined;
  return {
    tests: check.Test,
    interval: formatDuration(check.Interval ?? 0),
    timeout: formatDuration(check.Timeout ?? 0),
    startPeriod: formatDuration(check.StartPeriod ?? 0),
    startInterval: formatDuration(check.StartInterval ?? 0),
    retries: check.Retries ?? 0,
  };
}

function capabilitiesOf(adds: unknown, drops: unknown): Properties | undefined {
  const list = (names: unknown) =>
    Array.isArray(names) && names.length > 0 ? { names: names.map(String) } : undefined;
  const [added, dropped] = [list(adds), list(drops)];
  if (!added && !dropped) return undefined;
  return { ...(added && { adds: added.names }), ...(dropped && { drops: dropped.names }) };
}

/** Whole CPUs come back with a decimal: "1.0". */
function cpusOf(nano: number | undefined): string | undefined {
  if (!nano) return undefined;
  const cpus = nano / 1e9;
  return Number.isInteger(cpus) ? cpus.toFixed(1) : String(cpus);
}
