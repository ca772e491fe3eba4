import { askToStop } from "./ask-to-stop.ts";
import { hasDatabases, removeDatabases } from "./database/database.ts";
import { type OnStackOptions, onStack } from "./on-stack.ts";
import { forgetFlavour } from "./provider-flavour.ts";
import { tellUpdate } from "./tell-update.ts";
import { updateFailure } from "./update-failure.ts";
import { isStanding, type Workplace } from "./workplace.ts";

/**
 * Takes down what a workplace's stack has delivered, and a rehearsal's databases. What the set-up brought stays, and so do
 * images and the volumes of data that is kept.
 * @throws UserError with what went wrong; Interrupted when the user gave up.
 */
export async function takeDown(
  place: Workplace,
  options: Omit<OnStackOptions, "builds">,
): Promise<void> {
  const { story, interruption } = options;
  if (!isStanding(place) && !hasDatabases(place)) {
    story.say(place.stack, "nothing stands here");
    return;
  }
  await onStack(place, { ...options, builds: false }, async ({ stack, engineHost }) => {
    const teller = tellUpdate(story);
    try {
      await stack.destroy({
        refresh: true,
        onEvent: teller.hear,
        ...askToStop(interruption.signal),
      });
      forgetFlavour(place);
    } catch (error) {
      throw updateFailure(teller.errors, error);
    } finally {
      teller.end();
    }
    if (!hasDatabases(place)) return;
    await removeDatabases(place, engineHost);
    story.say("Database", "taken away, with all that it held");
  });
}
