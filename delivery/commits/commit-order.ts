import { UserError } from "../../setup/user-error.ts";
import { git } from "./git.ts";

/** How one commit stands to another: the same, with it in its past, in its past itself, or on another line. */
export type Order = "same" | "newer" | "older" | "apart";

/**
 * How a commit stands to the one that runs.
 * @param folder a folder of the checkout.
 * @throws UserError when the checkout does not hold the history that tells.
 */
export async function commitOrder(folder: string, commit: string, running: string): Promise<Order> {
  if (commit === running) return "same";
  const [one, other] = [commit.slice(0, 40), running.slice(0, 40)];
  for (const hash of [one, other]) {
    const { code } = await git(folder, "cat-file", "-e", `${hash}^{commit}`);
    if (code !== 0) throw new UserError(`commit ${hash}: is not in this checkout; ${fetchIt}`);
  }
  if (await isAncestor(folder, other, one)) return one === other ? "apart" : "newer";
  if (await isAncestor(folder, one, other)) return "older";
  const shallow = await git(folder, "rev-parse", "--is-shallow-repository");
  if (shallow.text === "true") {
    throw new UserError(
      `commit ${one}: how it stands to ${other} is not in this checkout; ${fetchIt}`,
    );
  }
  return "apart";
}

/** Whether a commit is surely in the past of the one that runs; not where the checkout does not hold the history that tells. */
export async function isBehind(folder: string, commit: string, running: string): Promise<boolean> {
  const [one, other] = [commit.slice(0, 40), running.slice(0, 40)];
  return one !== other && (await isAncestor(folder, one, other));
}

const fetchIt =
  "fetch the history with git fetch --unshallow origin (git fetch origin where it is whole), or name the direction yourself with --back";

async function isAncestor(folder: string, one: string, other: string): Promise<boolean> {
  return (await git(folder, "merge-base", "--is-ancestor", one, other)).code === 0;
}
