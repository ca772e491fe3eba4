import type { ContainerCreateOptions } from "dockerode";
import { entrypoint, OWN_MEMORY, OWN_PIDS, type OwnSocket } from "./entrypoint.ts";
import { SOCKET } from "./sockets.ts";

/** What a builder's container is made of. */
export interface BuilderPlan {
  /** The name of its image in the engine. */
  readonly image: string;
  /** Whose it is; see `engineName`. */
  readonly owner: string;
  readonly slot: number;
  /** Where its sockets go. */
  readonly work: string;
  /** Whether the engine may run on this very machine. */
  readonly isEngineHere: boolean;
  readonly network: string;
  readonly memory: number;
  readonly cpus: number;
  readonly pids: number;
  readonly logBytes: number;
  readonly cacheBytes: number;
}

/** What a worker's containers, networks and volumes carry; its value is the name of `engineName`. */
export const LABEL = "slipway.builder";

/** Where a container finds the folder that it shares with this machine. */
const SHARED = "/run/slipway";

/** What a builder's container and its volume carry. */
export function labels({ owner, slot }: BuilderPlan): Record<string, string> {
  return { [LABEL]: owner, "slipway.slot": `${slot}` };
}

/**
 * How a builder's container is made.
 * @param shared the folder of this machine in which BuildKit makes a socket. Default: none.
 */
export function containerOptions(
  name: string,
  plan: BuilderPlan,
  shared?: string,
): ContainerCreateOptions {
  const memory = plan.memory + OWN_MEMORY;
  const socket = shared === undefined ? undefined : ownSocket();
  return {
    name,
    Image: plan.image,
    Labels: labels(plan),
    Entrypoint: ["sh", "-c", entrypoint(plan, socket)],
    Cmd: [],
    Env: [
      // BuildKit would clip a step's log by itself long before the builder's own limit ends the build.
      `BUILDKIT_STEP_LOG_MAX_SIZE=${Math.min(plan.logBytes + 2 ** 20, 2 ** 31 - 1)}`,
      "BUILDKIT_STEP_LOG_MAX_SPEED=-1",
    ],
    HostConfig: {
      // What BuildKit needs to mount and to run a build's commands, which themselves get neither.
      CapAdd: ["SYS_ADMIN", "NET_ADMIN"],
      SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
      MaskedPaths: [],
      ReadonlyPaths: [],
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.round(plan.cpus * 1e9),
      PidsLimit: plan.pids + OWN_PIDS,
      NetworkMode: plan.network,
      Mounts: [
        { Type: "volume", Source: name, Target: "/var/lib/buildkit" },
        ...(shared === undefined
          ? []
          : [{ Type: "bind" as const, Source: shared, Target: SHARED }]),
      ],
      LogConfig: { Type: "json-file", Config: { "max-size": "1m", "max-file": "1" } },
    },
  };
}

/** This user's alone. */
function ownSocket(): OwnSocket {
  const { getuid = () => 0, getgid = () => 0 } = process;
  return { path: `${SHARED}/${SOCKET}`, uid: getuid(), gid: getgid() };
}
