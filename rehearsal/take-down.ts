import { askToStop } from "./ask-to-stop.ts";
import { type OnStackOptions, onStack } from "./on-stack.ts";
import { forgetFlavour } from "./provider-flavour.ts";
import { tellUpdate } from "./tell-update.ts";
import { updateFailure } from "./update-failure.ts";
import { isStanding, type Workplace } from "./workplace.ts";

/**
 * Takes down what a workplace's stack has delivered. What the set-up brought stays, and so do named volumes and images.
 * @throws UserError with what went wrong; Interrupted when the user gave up.
 */
export async function takeDown(
  place: Workplace,
  options: Omit<OnStackOptions, "builds">,
): Promise<void> {
  const { story, interruption } = options;
  if (!isStanding(place)) {
    story.say(place.stack, "nothing stands here");
    return;
  }
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
