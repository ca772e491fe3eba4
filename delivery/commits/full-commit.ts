import { UserError } from "../../setup/user-error.ts";
import { git } from "./git.ts";

/**
 * The full commit that a user means: as it is when it is full, else the one release or commit that begins with it.
 * @param known commits that the stack knows, which a shallow checkout may not have.
 * @throws UserError when it is no commit, unknown, or the beginning of several.
 */
export async function fullCommit(
  text: string,
  known: readonly string[],
  folder: string,
): Promise<string> {
  if (/^[0-9a-f]{40}(?:-dirty-[0-9a-f]{12})?$/.test(text)) return text;
  if (!/^[0-9a-f]{4,39}$/.test(text)) {
    throw new UserError(
      `--to ${text}: is no commit; give its hexadecimal digits, all 40 or the first few`,
    );
  }
  const releases = [...new Set(known)].filter((commit) => commit.startsWith(text));
  if (releases.length === 1 && releases[0] !== undefined) return releases[0];
  if (releases.length > 1) {
    throw new UserError(`--to ${text}: begins ${releases.join(" and ")}; give more digits`);
  }
  const found = await git(folder, "rev-parse", "--verify", "--end-of-options", `${text}^{commit}`);
  if (found.code === 0 && found.text.startsWith(text)) return found.text;
  const mend = found.complaint.includes("ambiguous")
    ? "give more digits"
    : "give all 40 digits, or git fetch it";
  throw new UserError(`--to ${text}: is not one commit of this checkout; ${mend}`);
}
