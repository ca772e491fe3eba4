import type { Ended } from "../pulumi.ts";
import { readState, type Stack } from "../state/stack.ts";
import { isUnproven, provenReleases, type StackState } from "../state/stack-state.ts";
import { tell, warn } from "../tell.ts";
import { upReleases } from "./up-releases.ts";

/**
 * After an update that failed: where it has put other images in place of the last proven releases, brings those back,
 * proves them, and says which image failed and which one is back. Says why where it does not.
 * @param before the state from before the update.
 */
export async function bringBack(stack: Stack, before: StackState, ended: Ended): Promise<void> {
  const { name } = stack;
  const byHand = `npm run rollback -- --stack ${name}`;
  if (ended.interrupted) {
    warn(
      `stack ${name}: interrupted, so what was under way may stand half done; ${byHand} goes back`,
    );
    return;
  }
  const after = await readState(stack);
  const failed = Object.entries(after.services).filter(([, service]) => isUnproven(service));
  const proven = provenReleases(after);
  if (failed.length === 0) {
    tell(
      `stack ${name}: no other image took a release's place; mend what failed, and deliver again`,
    );
    return;
  }
  if (after.lastUpdate?.startTime === before.lastUpdate?.startTime) {
    warn(
      `stack ${name}: nothing was changed now, but what was tried before is not proven; ${byHand} goes back`,
    );
    return;
  }
  if (Object.keys(proven).length === 0) {
    warn(
      `stack ${name}: no release was ever proven there, so none can be brought back; mend what failed, and deliver again`,
    );
    return;
  }
  for (const [service, { tried }] of failed) warn(`${service}: failed ${tried}`);
  tell(`stack ${name}: bringing the last proven release back`);
  const commits = Object.fromEntries(
    Object.entries(proven).map(([service, { commit }]) => [service, commit]),
  );
  const { code, locked } = await upReleases(stack, { commits, retries: false });
  if (locked !== undefined) {
    warn(
      `stack ${name}: another update has begun there before the last proven release was back, and decides now; look at it, and use ${byHand} if it fails`,
    );
    return;
  }
  if (code !== 0) {
    warn(
      `stack ${name}: the last proven release could NOT be brought back (exit code ${code}), so the stack may be down; mend what failed above, then ${byHand}`,
    );
    return;
  }
  const { services } = await readState(stack);
  for (const [service] of failed) {
    const release = services[service]?.proven;
    tell(
      release
        ? `${service}: restored ${release.image}, which is ${release.commit}`
        : `${service}: was never proven, and is taken out until it is delivered again`,
    );
  }
}
