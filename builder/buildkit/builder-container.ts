import { join } from "node:path";
import type DockerClient from "dockerode";
import type { Container } from "dockerode";
import { MachineryLost } from "../work/steps.ts";
import { type BuilderPlan, containerOptions, labels } from "./container-options.ts";
import { type Dial, openDial } from "./dial.ts";
import { askContainer } from "./exec.ts";
import { leash } from "./leash.ts";
import type { Ready } from "./site.ts";
import { isAnswered, makeSockets, type Sockets } from "./sockets.ts";
import { diskOf } from "./usage.ts";

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
type Reached = Required<Ready>;

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
    const made = containerOptions(this.#name, this.#plan, isShared ? sockets.shared : undefined);
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
