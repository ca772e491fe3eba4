import { command, tellDelivery } from "./command.ts";
import { deliver } from "./deliver.ts";
import { HeldError } from "./on-stack.ts";
import { takeDown } from "./take-down.ts";
import { isStanding, workplaceOf } from "./workplace.ts";

/**
 * `npm run rehearse -- --stack dev`: any stack on this machine, for real but for the providers. It stays until
 * `--destroy`; a first one that fails is taken down again, unless `--keep` asks to leave it for a look.
 */
await command(
  ["stack", "json", "keep", "destroy", "rebuild", "release"],
  async (flags, story, interruption) => {
    const { stack, json, keep, destroy, rebuild, release } = flags;
    const place = workplaceOf("rehearse", stack);
    if (destroy) {
      await takeDown(place, { story, interruption });
      return;
    }
    const isFirst = !isStanding(place);
    try {
      const options = { story, interruption, rebuild, changes: { release } };
      tellDelivery(await deliver(place, options), json);
    } catch (error) {
      const isOurs = !(error instanceof HeldError) && !interruption.signal.aborted;
      if (isFirst && isOurs && !keep && isStanding(place)) {
        story.say("rehearsal", "failed, so it is taken down; --keep would leave it for a look");
        await takeDown(place, { story, interruption });
      }
      throw error;
    }
  },
);
