import { isProperties, type Properties, type Value } from "../values.ts";
import { normalCapabilities } from "./capabilities.ts";
import { blocks, bytes, labelsOf, withoutAbsent } from "./container-fields.ts";

// The part of the create call that is about the machine: files, ports, devices, rights.

/** The `HostConfig` of a planned container, without its limits. */
export function hostConfig(planned: Properties): object {
  const capabilities = isProperties(planned.capabilities) ? planned.capabilities : {};
  return withoutAbsent({
    AutoRemove: planned.rm,
    Binds: bindsOf(planned.volumes),
    VolumesFrom: blocks(planned.volumes)
      .filter(({ fromContainer }) => fromContainer)
      .map(({ fromContainer, readOnly }) => `${fromContainer}${readOnly ? ":ro" : ""}`),
    CapAdd: normalCapabilities(capabilities.adds),
    CapDrop: normalCapabilities(capabilities.drops),
    CgroupParent: planned.cgroupParent,
    CgroupnsMode: planned.cgroupnsMode,
    CpuPeriod: planned.cpuPeriod,
    CpuQuota: planned.cpuQuota,
    NanoCpus: planned.cpus === undefined ? undefined : Math.round(Number(planned.cpus) * 1e9),
    DeviceCgroupRules: planned.deviceCgroupRules,
    Devices: blocks(planned.devices).map(({ hostPath, containerPath, permissions }) => ({
      PathOnHost: hostPath,
      PathInContainer: containerPath || hostPath,
      CgroupPermissions: permissions || "rwm",
    })),
    Dns: planned.dns,
    DnsOptions: planned.dnsOpts,
    DnsSearch: planned.dnsSearches,
    ExtraHosts: blocks(planned.hosts).map(({ host, ip }) => `${host}:${ip}`),
    GroupAdd: planned.groupAdds,
    Init: planned.init ?? false,
    IpcMode: planned.ipcMode,
    LogConfig:
      planned.logDriver || planned.logOpts
        ? { Type: planned.logDriver ?? "", Config: planned.logOpts ?? {} }
        : undefined,
    Mounts: blocks(planned.mounts).map(mountOf),
    NetworkMode: planned.networkMode,
    PidMode: planned.pidMode,
    PortBindings: bindingsOf(planned.ports),
    Privileged: planned.privileged,
    PublishAllPorts: planned.publishAllPorts,
    ReadonlyRootfs: planned.readOnly,
    Runtime: planned.runtime,
    SecurityOpt: planned.securityOpts,
    ShmSize: bytes(planned.shmSize),
    StorageOpt: planned.storageOpts,
    Sysctls: planned.sysctls,
    Tmpfs: planned.tmpfs,
    Ulimits: blocks(planned.ulimits).map(({ name, soft, hard }) => ({
      Name: name,
      Soft: soft,
      Hard: hard,
    })),
    UsernsMode: planned.usernsMode,
  });
}

/** The key of a port in the engine's tables, such as "8000/tcp". */
export function portKey({ internal, protocol }: Properties): string {
  return `${internal}/${protocol}`;
}

function bindsOf(volumes: Value | undefined): string[] {
  return blocks(volumes)
    .filter(({ volumeName, hostPath, fromContainer }) => !fromContainer && (volumeName || hostPath))
    .map(({ volumeName, hostPath, containerPath, readOnly, selinuxRelabel }) => {
      const modes = [readOnly ? "ro" : "rw", ...(selinuxRelabel ? [String(selinuxRelabel)] : [])];
      return `${volumeName || hostPath}:${containerPath}:${modes.join(",")}`;
    });
}

function bindingsOf(ports: Value | undefined): object {
  const bindings: Record<string, object[]> = {};
  for (const port of blocks(ports)) {
    const key = portKey(port);
    bindings[key] = [
      ...(bindings[key] ?? []),
      { HostIp: port.ip, HostPort: port.external ? String(port.external) : "" },
    ];
  }
  return bindings;
}

function mountOf({
  target,
  type,
  source,
  readOnly,
  bindOptions,
  tmpfsOptions,
  volumeOptions,
}: Properties): object {
  const volume = isProperties(volumeOptions) ? volumeOptions : undefined;
  const tmpfs = isProperties(tmpfsOptions) ? tmpfsOptions : undefined;
  return withoutAbsent({
    Target: target,
    Type: type,
    Source: source,
    ReadOnly: readOnly,
    BindOptions: isProperties(bindOptions) ? { Propagation: bindOptions.propagation } : undefined,
    TmpfsOptions: tmpfs && withoutAbsent({ SizeBytes: tmpfs.sizeBytes, Mode: tmpfs.mode }),
    VolumeOptions:
      volume &&
      withoutAbsent({
        NoCopy: volume.noCopy,
        Labels: labelsOf(volume.labels),
        Subpath: volume.subpath,
        DriverConfig: volume.driverName
          ? { Name: volume.driverName, Options: volume.driverOptions ?? {} }
          : undefined,
      }),
  });
}
