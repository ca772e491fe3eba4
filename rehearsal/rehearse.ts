import { command, tellDelivery } from "./command.ts";
import { hasDatabases } from "./database/database.ts";
import { deliver } from "./deliver.ts";
import { bringGround, groundStack, makeGround, standsOnGround, takeGroundDown } from "./ground.ts";
import { HeldError } from "./on-stack.ts";
import { runCommand } from "./run-command.ts";
import { takeDown } from "./take-down.ts";
import { isStanding, workplaceOf } from "./workplace.ts";

/**
 * `npm run rehearse -- --stack staging`: any stack on this machine, for real but for the clouds; its ground comes first. It
 * stays until `--destroy`, and the ground until `--destroy --ground`; a first one that fails is taken down again, unless
 * `--keep` asks to leave it for a look. `npm run rehearse -- run COMMAND` runs a command for which `pulumi` is a rehearsal.
 */
await command(
  ["stack", "json", "keep", "destroy", "ground", "rebuild", "release"],
  async (flags, story, interruption) => {
    const { stack, json, keep, destroy, ground, rebuild, release } = flags;
    const place = workplaceOf("rehearse", stack);
    if (destroy) {
      if (stack !== groundStack) await takeDown(place, { story, interruption });
      if (ground || stack === groundStack) await takeGroundDown({ story, interruption });
      return;
    }
    if (stack === groundStack) return makeGround({ story, interruption });
    if (standsOnGround(stack)) await bringGround({ story, interruption });
    const isFirst = !isStanding(place);
    try {
      const options = { story, interruption, rebuild, changes: { release } };
      tellDelivery(await deliver(place, options), json);
    } catch (error) {
      const isOurs = !(error instanceof HeldError) && !interruption.signal.aborted;
      const isThere = isStanding(place) || hasDatabases(place);
      if (isFirst && isOurs && !keep && isThere) {
        story.say("rehearsal", "failed, so it is taken down; --keep would leave it for a look");
        await takeDown(place, { story, interruption });
      }
      throw error;
    }
  },
  runCommand,
);
