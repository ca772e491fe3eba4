import { rmSync, writeFileSync } from "node:fs";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { withLock } from "../setup/lock.mjs";
import { openEngine } from "../setup/open-engine.ts";
import { ready } from "../setup/ready.ts";
import type { Story } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { bringDatabases, hasDatabases } from "./database/database.ts";
import { Interrupted, type Interruption } from "./interruption.ts";
import { playOutside } from "./outside/play-outside.ts";
import { type Flavour, settleFlavour } from "./provider-flavour.ts";
import { openStack } from "./pulumi-stack.ts";
import { recover } from "./recover.ts";
import { type BringDatabases, type Changes, writeStackFile } from "./stack-file.ts";
import { attachStandIns } from "./stand-ins.ts";
import type { Workplace } from "./workplace.ts";

/** Somebody else is at work on the workplace; nothing there was looked at or changed. */
export class HeldError extends UserError {
  override name = "HeldError";
  /** Who is, and since when. */
  readonly holder: { readonly pid: number; readonly since: string };

  constructor(message: string, holder: HeldError["holder"]) {
    super(message);
    this.holder = holder;
  }
}

/** A stack with everything it needs at hand. */
export interface OpenStack {
  readonly stack: Stack;
  readonly flavour: Flavour;
  /** Where the Docker engine is, as in `DOCKER_HOST`. */
  readonly engineHost: string;
  /** How long all this took. */
  readonly seconds: number;
}

export interface OnStackOptions {
  readonly story: Story;
  readonly interruption: Interruption;
  readonly changes?: Changes;
  /** Whether images are to be built and pushed: taking down needs no base image and no registry. */
  readonly builds: boolean;
  /** Whether a rehearsal's databases are brought, used where they are there already, or left alone. Default: brought if it builds. */
  readonly databases?: "bring" | "use" | "leave";
  readonly rebuild?: boolean;
  /** Whether to wait for whoever is at work on the workplace; the default is to say so and end. */
  readonly waits?: boolean;
}

/**
 * Brings what the machine lacks, attaches the providers, opens the stack of a workplace and mends what a killed run has
 * left; then does `work`. One process at a time works on a workplace.
 * @throws UserError when another one is at it, or when something cannot be brought; Interrupted when the user gave up.
 */
export function onStack<T>(
  place: Workplace,
  options: OnStackOptions,
  work: (open: OpenStack) => Promise<T>,
): Promise<T> {
  const { story, interruption, changes, rebuild, builds, waits } = options;
  const held = ({ pid, since }: { pid: number; since: string }): never => {
    throw new HeldError(
      `stack ${place.stack}: process ${pid} is at work on it since ${since}; wait for it to end, or end it`,
      { pid, since },
    );
  };
  const under = async (): Promise<T> => {
    const began = performance.now();
    const written = await writeStackFile(place, changes ?? {}, databaseBringer(place, options));
    const { config, placeholders, databases } = written;
    for (const path of placeholders) {
      story.warn(`${path} is a secure value, and a placeholder in this run`);
    }
    const tools = await interruption.race(bring(place.purpose, builds, story, interruption.signal));
    const flavour = settleFlavour(place, tools.provider);
    if (flavour !== tools.provider || place.purpose === "rehearse") {
      story.say("Docker provider", told[flavour]);
    }
    const played = place.purpose === "rehearse" ? await playOutside(config, databases) : undefined;
    const standIns =
      flavour === "stand-in" ? await attachStandIns(tools.engine.host, played) : undefined;
    try {
      const { debugProviders } = standIns ?? {};
      const outside = played?.address;
      const stack = await openStack(place, { path: tools.path, debugProviders, rebuild, outside });
      await recover(place, stack, await openEngine(tools.engine.host));
      writeFileSync(place.unfinished, "");
      const seconds = (performance.now() - began) / 1_000;
      // An update does not hear of a signal that was given before it began.
      if (interruption.signal.aborted) throw new Interrupted("interrupted");
      const result = await work({ stack, flavour, engineHost: tools.engine.host, seconds });
      rmSync(place.unfinished, { force: true });
      return result;
    } catch (error) {
      // Ctrl-C reaches Pulumi's CLI as well, so that whatever it was asked may fail.
      if (interruption.signal.aborted) throw new Interrupted("interrupted", { cause: error });
      throw error;
    } finally {
      await standIns?.close();
      await played?.close();
    }
  };
  return withLock(place.lock, under, waits ? undefined : held);
}

/** Brings a rehearsal's databases as a step of the story; undefined where none are to be brought. */
function databaseBringer(
  place: Workplace,
  { builds, databases = builds ? "bring" : "leave", story, interruption }: OnStackOptions,
): BringDatabases | undefined {
  const isWanted = databases === "bring" || (databases === "use" && hasDatabases(place));
  if (place.purpose !== "rehearse" || !isWanted) return undefined;
  const { race, signal } = interruption;
  return async (names) => {
    const tools = await race(ready(["engine", "postgres-image"], story, { signal }));
    const options = { host: tools.engine.host, image: tools["postgres-image"] };
    return race(
      story.step("Database", async () => ({
        text: `Postgres, for ${names.join(" and ")}`,
        value: await bringDatabases(place, names, options),
      })),
    );
  };
}

/** A rehearsal never asks for the real plugins. */
async function bring(
  purpose: Workplace["purpose"],
  builds: boolean,
  story: Story,
  signal: AbortSignal,
) {
  const forBuilds = builds ? (["base-image", "registry"] as const) : [];
  const needs = ["pulumi", "engine", ...forBuilds] as const;
  return purpose === "start"
    ? ready([...needs, "provider"], story, { signal })
    : { ...(await ready(needs, story, { signal })), provider: "stand-in" as const };
}

const told: Readonly<Record<Flavour, string>> = {
  plugin: "Pulumi's own plugin",
  "stand-in": "the stand-in, which asks the real engine",
};
