import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Story, silentStory } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { askToStop } from "./ask-to-stop.ts";
import { cloudsIn } from "./clouds-in.ts";
import type { Interruption } from "./interruption.ts";
import { type OpenStack, onStack } from "./on-stack.ts";
import { readCopy, readStack } from "./stack-file.ts";
import { takeDown } from "./take-down.ts";
import { tellUpdate } from "./tell-update.ts";
import { updateFailure } from "./update-failure.ts";
import { checkout, cloudFolder, isStanding, stacksOf, workplaceOf } from "./workplace.ts";

interface Options {
  readonly story: Story;
  readonly interruption: Interruption;
}

/** The name of the stack that makes what outlives a release. */
export const groundStack = "ground";

/** Whether a stack's releases stand on ground: they use a cloud, and the checkout has a stack file for its ground. */
export function standsOnGround(stack: string): boolean {
  const isThere = existsSync(join(checkout, `Pulumi.${groundStack}.yaml`));
  return stack !== groundStack && isThere && cloudsIn(readStack(stack)).length > 0;
}

/**
 * Brings the ground of this checkout's rehearsals, and waits for whoever else brings it. Ground that stands already, and was
 * made by the same program from the same stack file, is left as it is.
 * @throws UserError with what went wrong.
 */
export async function bringGround(options: Options): Promise<void> {
  const { folder } = workplaceOf("rehearse", groundStack);
  const made = join(folder, "made");
  const now = fingerprint();
  if (existsSync(cloudFolder) && existsSync(made) && readFileSync(made, "utf8") === now) return;
  await makeGround(options);
  writeFileSync(made, now);
}

/**
 * Runs `pulumi up` on the ground of this checkout's rehearsals, whether anything has changed or not.
 * @throws UserError with what went wrong.
 */
export async function makeGround({ story, interruption }: Options): Promise<void> {
  const options = { story, interruption, builds: false, waits: true };
  await onStack(workplaceOf("rehearse", groundStack), options, (open) =>
    story.step(groundStack, async () => ({
      text: await make(open, interruption),
      value: undefined,
    })),
  );
}

/**
 * Takes the ground of this checkout's rehearsals down, and everything that their clouds remember.
 * @throws UserError while another stack of a rehearsal stands on it.
 */
export async function takeGroundDown(options: Options): Promise<void> {
  const standing = stacksOf("rehearse").filter((stack) => {
    const place = workplaceOf("rehearse", stack);
    return stack !== groundStack && isStanding(place) && cloudsIn(readCopy(place)).length > 0;
  });
  if (standing.length > 0) {
    const commands = standing.map((stack) => `npm run rehearse -- --stack ${stack} --destroy`);
    throw new UserError(
      `--ground: ${standing.join(" and ")} still stand on it; first run ${commands.join(" and ")}`,
    );
  }
  const place = workplaceOf("rehearse", groundStack);
  rmSync(join(place.folder, "made"), { force: true });
  await takeDown(place, options);
  rmSync(cloudFolder, { recursive: true, force: true });
  options.story.say(groundStack, "taken down, and what its clouds remembered");
}

/** What ground is made of: its stack file and the program. */
function fingerprint(): string {
  const hash = createHash("sha256");
  const files = globSync("infra/**/*.{ts,mjs}", { cwd: checkout }).toSorted();
  for (const file of [`Pulumi.${groundStack}.yaml`, ...files]) {
    hash.update(`${file}\0`).update(readFileSync(join(checkout, file)));
  }
  return hash.digest("hex");
}

/** Its many resources are told as one line. */
async function make({ stack }: OpenStack, interruption: Interruption): Promise<string> {
  const teller = tellUpdate(silentStory);
  try {
    await stack.up({ onEvent: teller.hear, ...askToStop(interruption.signal) });
  } catch (error) {
    throw updateFailure(teller.errors, error);
  } finally {
    teller.end();
  }
  return said(teller.changes());
}

function said({ same = 0, ...others }: Readonly<Record<string, number>>): string {
  const changed = Object.values(others).reduce((sum, count) => sum + count, 0);
  const all = `${changed + same} resources`;
  return changed === 0 ? `unchanged, ${all}` : `${all}, ${changed} of them made or changed`;
}
