import { parseArgs } from "node:util";
import { painter, type Story, tellOn, tellOnce } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import type { Delivery } from "./deliver.ts";
import { Interrupted, type Interruption, listenForInterruption } from "./interruption.ts";

/** What a command was given on its command line. */
export interface Flags {
  readonly stack: string;
  readonly json: boolean;
  readonly keep: boolean;
  readonly destroy: boolean;
  readonly ground: boolean;
  readonly rebuild: boolean;
  readonly release: string | undefined;
}

const options = {
  stack: { type: "string", default: "dev" },
  json: { type: "boolean", default: false },
  keep: { type: "boolean", default: false },
  destroy: { type: "boolean", default: false },
  ground: { type: "boolean", default: false },
  rebuild: { type: "boolean", default: false },
  release: { type: "string" },
} as const;

/**
 * Runs one of the commands of package.json: reads its flags, tells its story on stderr, and turns what went wrong into one
 * message and an exit code: 1 for a mistake or a lack, 130 for an interruption.
 * @param allowed the flags that this command knows.
 * @param run what `run COMMAND` does with the command, where this one knows it; its exit code is passed on.
 */
export async function command(
  allowed: readonly (keyof Flags)[],
  work: (flags: Flags, story: Story, interruption: Interruption) => Promise<void>,
  run?: (command: readonly string[], story: Story) => Promise<number>,
): Promise<void> {
  const interruption = listenForInterruption();
  const paint = painter(process.stderr);
  try {
    const story = tellOnce(tellOn(process.stderr));
    const [word, ...rest] = process.argv.slice(2);
    if (run && word === "run") process.exit(await run(rest, story));
    await work(readFlags(allowed), story, interruption);
  } catch (error) {
    if (error instanceof Interrupted) {
      process.stderr.write(
        `\n  ${paint("yellow", "interrupted")}; nothing is lost, the same command goes on from here\n`,
      );
      process.exit(130);
    }
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`\n  ${paint("red", error.message.replaceAll("\n", "\n  "))}\n`);
    process.exit(1);
  }
  // What the engine's and the registry's clients keep open must not hold the command back.
  process.exit(0);
}

function readFlags(allowed: readonly (keyof Flags)[]): Flags {
  const own = Object.fromEntries(allowed.map((name) => [name, options[name]]));
  try {
    const { values } = parseArgs({ options: own, strict: true, allowPositionals: false });
    return {
      stack: "dev",
      json: false,
      keep: false,
      destroy: false,
      ground: false,
      rebuild: false,
      release: undefined,
      ...values,
    };
  } catch (error) {
    const flags = allowed.map((name) => `--${name}`).join(", ");
    throw new UserError(
      `command line: ${(error as Error).message.split(".")[0]}; use ${flags || "no flags"}`,
    );
  }
}

/** Ends the story with the URLs; with `--json` stdout gets the delivery as one object and nothing else. */
export function tellDelivery(delivery: Delivery, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(delivery, undefined, 2)}\n`);
    return;
  }
  const paint = painter(process.stdout);
  for (const [name, release] of Object.entries(delivery.services)) {
    const { url, here, commit, branch, servedCommit } = release;
    const proven = servedCommit === commit ? "serves" : unproven[servedCommit];
    process.stdout.write(
      `\n  ${paint("bold", name)}  ${paint("cyan", url)}  ${proven} ${paint("bold", commit)} of ${branch}\n`,
    );
    if (here) process.stdout.write(`  ${paint("dim", "played by")} ${paint("cyan", here)}\n`);
  }
}

/** What is said of a release whose URL proved no commit. */
const unproven: Readonly<Record<string, string>> = {
  healthy: "is healthy, commit not proven:",
  "not proven": "is not proven:",
};
