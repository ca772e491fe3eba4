import type { Ran } from "../../setup/run.ts";

/** What went wrong, as the user reads it: the end of the story, after its blank line, without the margin. */
export function complaint({ stderr }: Ran): string {
  return stderr
    .slice(stderr.indexOf("\n\n  ") + 4)
    .replaceAll("\n  ", "\n")
    .trimEnd();
}
