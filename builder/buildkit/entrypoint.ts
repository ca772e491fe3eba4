import { CGROUP } from "./cgroup.ts";

/** What of a builder's own comes on top of what a build may use. */
export const OWN_MEMORY = 256 * 1024 * 1024;
export const OWN_PIDS = 128;

/** What the entrypoint has to know. */
export interface EntrypointLimits {
  /** Bytes. */
  readonly memory: number;
  readonly pids: number;
  /** Bytes of BuildKit's cache that are kept. */
  readonly cacheBytes: number;
}

/** A socket that BuildKit makes besides its usual one, and whose it is. */
export interface OwnSocket {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Where clouds answer questions about a machine and hand out its credentials: the link-local addresses of most, those of Alibaba
 * and Azure and, over IPv6, of AWS and Google.
 */
const METADATA = ["169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32"];
const METADATA_IPV6 = ["fd00:ec2::/32", "fd20:ce::/32"];

/**
 * The shell text that a builder's container begins with, in BuildKit's own image and in the one made here. It makes the cloud's
 * metadata unreachable, and the engine's machine by the address that it has on the builders' network, which a build cannot undo for
 * want of the right to, and lets all commands of a build run in one cgroup below the container's, so that a build that runs into
 * its limits does not take BuildKit with it.
 */
export function entrypoint(limits: EntrypointLimits, socket?: OwnSocket): string {
  return `set -eu
${METADATA.map((net) => `ip route add unreachable ${net}`).join("\n")}
for gateway in $(ip route show default | awk '{print $3}'); do ip route add unreachable "$gateway/32"; done
if [ "$(cat /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null || echo 1)" = 0 ]; then
${METADATA_IPV6.map((net) => `  ip -6 route add unreachable ${net}`).join("\n")}
fi
mkdir -p /etc/buildkit
cat > /etc/buildkit/buildkitd.toml <<'CONFIG'
${config(limits)}${socket ? listening(socket) : ""}CONFIG
exec unshare --cgroup sh -euc '
${remount}
${cgroupLimits(limits)}
exec buildkitd'
`;
}

/** The engine mounts cgroups read-only, and shows those of the whole machine. */
const remount = `grep cgroup /proc/mounts | while read -r _ at type options _; do
  case $type in
    cgroup)
      kept=$(printf %s "$options" | tr , "\\n" | grep -vE "^(ro|rw|nosuid|nodev|noexec|relatime)$" | paste -sd, -)
      umount -l $at
      mount -t cgroup -o rw,nosuid,nodev,noexec,$kept cgroup $at;;
    cgroup2)
      umount -l $at
      mount -t cgroup2 -o rw,nosuid,nodev,noexec cgroup2 $at;;
  esac
done`;

/** Version 1 has a tree for each controller; version 2 has one, whose root may hold no process once it shares out. */
function cgroupLimits({ memory, pids }: EntrypointLimits): string {
  return `cd /sys/fs/cgroup
if [ -e cgroup.controllers ]; then
  mkdir -p init ${CGROUP}
  while read -r pid; do echo $pid > init/cgroup.procs || true; done < cgroup.procs
  echo "+memory +pids +cpu" > cgroup.subtree_control
  echo ${memory} > ${CGROUP}/memory.max
  [ ! -e ${CGROUP}/memory.swap.max ] || echo 0 > ${CGROUP}/memory.swap.max
  echo ${pids} > ${CGROUP}/pids.max
else
  mkdir -p memory/${CGROUP} pids/${CGROUP}
  echo ${memory} > memory/${CGROUP}/memory.limit_in_bytes
  [ ! -e memory/${CGROUP}/memory.memsw.limit_in_bytes ] || echo ${memory} > memory/${CGROUP}/memory.memsw.limit_in_bytes
  echo ${pids} > pids/${CGROUP}/pids.max
fi
cd /`;
}

/** No entitlement is listed, so none is given; frontends are never images, because the gateway is off. */
function config({ cacheBytes }: EntrypointLimits): string {
  return `insecure-entitlements = []
[history]
  maxEntries = 0
[worker.containerd]
  enabled = false
[worker.oci]
  enabled = true
  gc = true
  maxUsedSpace = ${cacheBytes}
  reservedSpace = ${Math.floor(cacheBytes / 4)}
  defaultCgroupParent = "${CGROUP}"
[frontend."gateway.v0"]
  enabled = false
`;
}

function listening({ path, uid, gid }: OwnSocket): string {
  return `[grpc]
  address = ["unix:///run/buildkit/buildkitd.sock", "unix://${path}"]
  uid = ${uid}
  gid = ${gid}
`;
}
