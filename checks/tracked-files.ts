import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../setup/user-error.ts";

/** The files of a folder that git tracks and that are there, relative to it. */
export function trackedFiles(folder: string): string[] {
  const { status, stdout, error } = spawnSync("git", ["ls-files", "-z"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) {
    throw new UserError(
      `checks: git cannot list the files of ${folder} (${error?.message ?? "it is no checkout"}); work in a checkout made with git clone`,
    );
  }
  return stdout.split("\0").filter((name) => name !== "" && existsSync(join(folder, name)));
}
