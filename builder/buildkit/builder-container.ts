import { join } from "node:path";
import type DockerClient from "dockerode";
import type { Container, ContainerCreateOptions } from "dockerode";
import { MachineryLost } from "../work/steps.ts";
import { type Dial, openDial } from "./dial.ts";
import { entrypoint, OWN_MEMORY, OWN_PIDS, type OwnSocket } from "./entrypoint.ts";
import { askContainer } from "./exec.ts";
import { isAnswered, makeSockets, type Sockets } from "./sockets.ts";
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
  readonly #sockets: Sockets;
  /** Whether BuildKit's own socket is tried: other processes' builds are then asked without anything in between. */
  #isShared: boolean;
  #dial: Promise<Dial> | undefined;
  #isClosed = false;
  #reached: Promise<Reached> | undefined;
  #container: Container | undefined;

  constructor(engine: DockerClient, plan: BuilderPlan) {
    this.#engine = engine;
    this.#plan = plan;
    this.#sockets = makeSockets(join(plan.work, `${plan.slot}`));
    this.#isShared = plan.isEngineHere;
  }

  /**
   * The builder, started where none runs.
   * @throws MachineryLost when the engine does not answer or BuildKit does not come up.
   */
  async ready(): Promise<Reached> {
    if (this.#isClosed) throw new MachineryLost("builder: it is being closed");
    this.#reached ??= this.#start();
    return this.#reached;
  }

  /**
   * Takes the builder away with all that runs in it.
   * @param withCache also what BuildKit keeps for later builds.
   */
  async drop(withCache = false): Promise<void> {
    this.#reached = undefined;
    this.#container = undefined;
    await absent(this.#engine.getContainer(this.#name).remove({ force: true, v: true }));
    if (withCache) await absent(this.#engine.getVolume(this.#name).remove());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // One that is being started would come up after it has been taken away.
    await this.#reached?.catch(() => {});
    (await this.#dial)?.close();
    await this.drop();
    this.#sockets.remove();
  }

  get #name(): string {
    return `slipway-builder-${this.#plan.owner}-${this.#plan.slot}`;
  }

  async #start(): Promise<Reached> {
    try {
      return await this.#attempt().catch(async (error) => {
        if (!(error instanceof NotUp)) throw error;
        // A cache that BuildKit cannot read any more is worth less than a builder.
        await this.drop(true);
        return this.#attempt();
      });
    } catch (error) {
      this.#reached = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      throw new MachineryLost(`builder: ${reason}`, { cause: error });
    }
  }

  /** An engine that does not see this machine's folders, or cannot put a socket there, is asked without them from then on. */
  async #attempt(): Promise<Reached> {
    if (!this.#isShared) return this.#run();
    const reached = await this.#run(this.#sockets.shared).catch(() => undefined);
    if (reached !== undefined) return reached;
    const apart = await this.#run();
    this.#isShared = false;
    return apart;
  }

  async #run(shared?: string): Promise<Reached> {
    await absent(this.#engine.getContainer(this.#name).remove({ force: true, v: true }));
    await this.#engine.createVolume({ Name: this.#name, Labels: labels(this.#plan) });
    const container = await this.#engine.createContainer(options(this.#name, this.#plan, shared));
    await container.start();
    const ended = new AbortController();
    const end = endOf(container).then((reason) => {
      // The next build then finds that none runs, and starts one.
      if (this.#container === container) this.#reached = undefined;
      ended.abort(reason);
    });
    const answers = ["buildctl", "--timeout", `${PATIENCE}`, "--wait", "debug", "workers"];
    const isUp = await Promise.race([askContainer(container, answers), end]);
    if (isUp === undefined)
      throw new NotUp(`BuildKit does not start: ${await lastWords(container)}`);
    this.#container = container;
    const builder = { container, ended: ended.signal, disk: await diskOf(container) };
    return { builder, address: `unix://${await this.#way(shared)}` };
  }

  /** The socket that leads to the container. */
  async #way(shared: string | undefined): Promise<string> {
    const { direct, dial } = this.#sockets;
    if (shared !== undefined && (await isAnswered(direct))) return direct;
    this.#dial ??= openDial(dial, () => this.#container);
    await this.#dial;
    return dial;
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
  return { path: `${SHARED}/buildkitd.sock`, uid: getuid(), gid: getgid() };
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
