import { ready } from "../setup/ready.ts";
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
  if (isStanding(place)) await destroy(place, options);
  else if (!hasDatabases(place)) story.say(place.stack, "nothing stands here");
  if (!hasDatabases(place)) return;
  const { engine } = await ready(["engine"], story, { signal: interruption.signal });
  await removeDatabases(place, engine.host);
  story.say(place.stack, "its databases are taken away");
}

async function destroy(place: Workplace, options: Omit<OnStackOptions, "builds">): Promise<void> {
  const { story, interruption } = options;
  await onStack(place, { ...options, builds: false }, async ({ stack }) => {
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
  });
}
