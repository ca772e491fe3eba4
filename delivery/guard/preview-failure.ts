import { lastLine } from "../../setup/run.ts";
import { UserError } from "../../setup/user-error.ts";
import { readPlan } from "../plan.ts";

/** Why a `pulumi … --json` failed that should have printed a plan: the errors in it where it came to one, else its last word. */
export function previewFailure(stdout: string, stderr: string): string {
  try {
    const errors = readPlan(stdout).diagnostics.filter(({ severity }) => severity === "error");
    if (errors.length > 0)
      return errors.map(({ message }) => message.trim().replace(/^error: /, "")).join("\n");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  return lastLine(stderr).replace(/^error: /, "");
}
