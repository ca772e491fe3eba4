import { run } from "../../setup/run.ts";
import { UserError } from "../../setup/user-error.ts";
import { asPlan, type Plan, readPlan } from "../plan.ts";
import type { Ended, UpCall } from "../pulumi.ts";
import type { Stack } from "../state/stack.ts";
import { lockWords } from "../turn/lock-words.ts";
import { previewArguments } from "./preview-arguments.ts";
import { previewFailure } from "./preview-failure.ts";

/**
 * Previews a `pulumi up` as it would run: with its arguments, its environment and its folder. Where somebody has locked the
 * stack even for that, says so.
 * @throws UserError with what was said, when the preview fails.
 */
export async function planned(
  { name, pulumi }: Stack,
  { args, env, folder }: UpCall,
): Promise<Plan | Ended> {
  const { code, stdout, stderr } = await run(pulumi.program, previewArguments(args), {
    cwd: folder,
    env: { ...env, ...asPlan },
  });
  if (code === 0) return readPlan(stdout);
  const locked = lockWords(stderr);
  if (locked !== undefined) return { code: code ?? 1, interrupted: false, locked };
  throw new UserError(
    `stack ${name}: nothing was changed, because the preview failed: ${previewFailure(stdout, stderr)}`,
  );
}
