import { join } from "node:path";
import type DockerClient from "dockerode";
import type { Container, ContainerCreateOptions } from "dockerode";
import { MachineryLost } from "../work/steps.ts";
import { type Dial, openDial } from "./dial.ts";
import { entrypoint, OWN_MEMORY, OWN_PIDS, type OwnSocket } from "./entrypoint.ts";
import { askContainer } from "./exec.ts";
import { leash } from "./leash.ts";
import { isAnswered, makeSockets, SOCKET, type Sockets } from "./sockets.ts";
import { diskOf } from "./usage.ts";

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

/** Why a container ended: `memory` where it ran out of that. */
export type End = "memory" | "gone";

/** A container whose BuildKit answers. */
export interface Builder {
  readonly container: Container;
  /** Fires when the container has ended; its reason is an `End`. */
  readonly ended: AbortSignal;
  /** Bytes that BuildKit's files took when it was looked last; undefined where a build has come and gone unwatched since. */
  disk: number | undefined;
}

/** A builder that can be asked. */
interface Reached {
  readonly builder: Builder;
  /** As in `BUILDKIT_HOST`. */
  readonly address: string;
}

/** Where a container finds the folder that it shares with this machine. */
const SHARED = "/run/slipway";

/** Seconds that BuildKit may take until it answers. */
const PATIENCE = 30;

/** The builder of one slot: warm between builds, and made anew once it has been dropped. */
export class BuilderContainer {
  readonly #engine: DockerClient;
  readonly #plan: BuilderPlan;
  #isClosed = false;
  #reached: Promise<Reached> | undefined;
  #container: Container | undefined;
  #sockets: Sockets | undefined;
  #dial: Dial | undefined;

  constructor(engine: DockerClient, plan: BuilderPlan) {
    this.#engine = engine;
    this.#plan = plan;
  }

  /**
   * The builder, started where none runs.
   * @throws MachineryLost when the engine does not answer or BuildKit does not come up.
   */
  ready(): Promise<Reached> {
    this.#reached ??= this.#start();
    return this.#reached;
  }

  /**
   * Takes the builder away with all that runs in it.
   * @param withCache also what BuildKit keeps for later builds.
   */
  async drop(withCache = false): Promise<void> {
    this.#reached = undefined;
    await this.#clear(withCache);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // One that is being started would come up after it has been taken away.
    await this.#reached?.catch(() => {});
    await this.drop();
  }

  get #name(): string {
    return `slipway-builder-${this.#plan.owner}-${this.#plan.slot}`;
  }

  async #clear(withCache = false): Promise<void> {
    this.#container = undefined;
    try {
      await absent(this.#engine.getContainer(this.#name).remove({ force: true, v: true }));
      if (withCache) await absent(this.#engine.getVolume(this.#name).remove());
    } finally {
      this.#dial?.close();
      this.#dial = undefined;
      await this.#sockets?.remove();
      this.#sockets = undefined;
    }
  }

  async #start(): Promise<Reached> {
    try {
      return (await this.#startHere()) ?? (await this.#startAnywhere());
    } catch (error) {
      this.#reached = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      throw new MachineryLost(`builder: ${reason}`, { cause: error });
    }
  }

  /** Undefined where the engine sees other folders than this process, or takes no socket there: both are found by trying. */
  async #startHere(): Promise<Reached | undefined> {
    if (!this.#plan.isEngineHere) return undefined;
    return this.#run(true).catch(() => undefined);
  }

  async #startAnywhere(): Promise<Reached> {
    try {
      return await this.#run(false);
    } catch (error) {
      if (!(error instanceof NotUp)) throw error;
      // A cache that BuildKit cannot read any more is worth less than a builder.
      await this.#clear(true);
      return this.#run(false);
    }
  }

  /** @param isShared whether BuildKit's own socket is to appear on this machine. */
  async #run(isShared: boolean): Promise<Reached> {
    if (this.#isClosed) throw new Error("it is being closed");
    await this.#clear();
    const sockets = await makeSockets(join(this.#plan.work, `${this.#plan.slot}`));
    this.#sockets = sockets;
    await this.#engine.createVolume({ Name: this.#name, Labels: labels(this.#plan) });
    const made = options(this.#name, this.#plan, isShared ? sockets.shared : undefined);
    const container = await this.#engine.createContainer(made);
    await container.start();
    const ended = new AbortController();
    const end = endOf(container).then((reason) => {
      // The next build then finds that none runs, and starts one.
      if (this.#container === container) this.#reached = undefined;
      ended.abort(reason);
    });
    const isUp = await Promise.race([isAnswering(container), end]);
    if (!isUp) throw new NotUp(`BuildKit does not start: ${await lastWords(container)}`);
    this.#container = container;
    const builder = { container, ended: ended.signal, disk: await diskOf(container) };
    if (isShared && (await isAnswered(sockets.direct))) {
      return { builder, address: `unix://${sockets.direct}` };
    }
    this.#dial = await openDial(sockets.dial, () => this.#container);
    return { builder, address: `unix://${sockets.dial}` };
  }
}

/** Whether BuildKit comes up; from then on its container lasts no longer than this process. */
async function isAnswering(container: Container): Promise<boolean> {
  const question = ["buildctl", "--timeout", `${PATIENCE}`, "--wait", "debug", "workers"];
  try {
    await leash(container);
    return (await askContainer(container, question)) !== undefined;
  } catch (error) {
    // The engine refuses commands in a container that has ended already.
    if ((await container.inspect()).State.Running) throw error;
    return false;
  }
}

/** The container was started, but not what runs in it. */
class NotUp extends Error {}

function labels({ owner, slot }: BuilderPlan): Record<string, string> {
  return { [LABEL]: owner, "slipway.slot": `${slot}` };
}

/** @param shared the folder of this machine in which BuildKit makes a socket. */
function options(name: string, plan: BuilderPlan, shared?: string): ContainerCreateOptions {
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

async function endOf(container: Container): Promise<End> {
  // Where the engine goes away the answer breaks off: the container counts as ended.
  await container.wait().catch(() => {});
  const known = await container.inspect().catch(() => undefined);
  return known?.State.OOMKilled ? "memory" : "gone";
}

async function lastWords(container: Container): Promise<string> {
  const log = await container.logs({ stdout: true, stderr: true, tail: 3 }).catch(() => "");
  const words = log
    .toString()
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim();
  return words.slice(-500) || "it said nothing";
}

/** What is to be taken away may be gone already, or on its way. */
async function absent(removal: Promise<unknown>): Promise<void> {
  await removal.catch((error: { statusCode?: number }) => {
    if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
  });
}
