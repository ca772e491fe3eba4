import { expect, it } from "vitest";
import { commitOrder } from "../../../delivery/commits/commit-order.ts";
import { fullCommit } from "../../../delivery/commits/full-commit.ts";
import { commitAll, git, repository, temporaryFolder, write } from "../../infra/repository.ts";

/** Two commits in a row, and one aside. */
function history() {
  const { folder, hash } = repository();
  write(folder, { "app/main.py": "later" });
  const later = commitAll(folder);
  git(folder, "checkout", "--quiet", "-b", "aside", hash);
  write(folder, { "app/main.py": "aside" });
  return { folder, first: hash, later, aside: commitAll(folder) };
}

it("tells how a commit stands to the one that runs", async () => {
  const { folder, first, later, aside } = history();
  const dirty = `${later}-dirty-0123456789ab`;
  const orders = await Promise.all([
    commitOrder(folder, later, first),
    commitOrder(folder, first, later),
    commitOrder(folder, later, later),
    commitOrder(folder, later, aside),
    commitOrder(folder, dirty, dirty),
    commitOrder(folder, dirty, first),
    commitOrder(folder, later, dirty),
  ]);
  expect(orders).toEqual(["newer", "older", "same", "apart", "same", "newer", "apart"]);
});

it("says how to fetch a history that a shallow checkout lacks", async () => {
  const { folder, first, later } = history();
  const shallow = temporaryFolder();
  git(folder, "checkout", "--quiet", later);
  git(shallow, "clone", "--quiet", "--depth", "1", `file://${folder}`, "clone");
  await expect(commitOrder(`${shallow}/clone`, later, first)).rejects.toThrow(
    `commit ${first}: is not in this checkout; fetch the history with git fetch --unshallow origin (git fetch origin where it is whole), or name the direction yourself with --back`,
  );
});

it("takes a commit by its first digits, of the stack or of the checkout", async () => {
  const { folder, first } = history();
  const foreign = "0123".padEnd(40, "4");
  const found = await Promise.all([
    fullCommit(first.slice(0, 7), [], folder),
    fullCommit("0123", [foreign, foreign], folder),
    fullCommit(foreign, [], folder),
    fullCommit(`${foreign}-dirty-0123456789ab`, [], folder),
  ]);
  expect(found).toEqual([first, foreign, foreign, `${foreign}-dirty-0123456789ab`]);
});

it.each([
  ["main", [], "--to main: is no commit; give its hexadecimal digits, all 40 or the first few"],
  ["abc", [], "--to abc: is no commit; give its hexadecimal digits, all 40 or the first few"],
  ["0123", ["01234", "01235"], "--to 0123: begins 01234 and 01235; give more digits"],
  [
    "0123456",
    [],
    "--to 0123456: is not one commit of this checkout; give all 40 digits, or git fetch it",
  ],
])("refuses %s as a commit", async (text, known, words) => {
  await expect(fullCommit(text, known, repository().folder)).rejects.toThrow(words);
});

it("refuses a branch whose name looks like the beginning of a commit", async () => {
  const { folder } = repository();
  git(folder, "branch", "badcafe");
  await expect(fullCommit("badcafe", [], folder)).rejects.toThrow("is not one commit");
});
