import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../setup/run.ts";
import { asPlan, type Plan, readPlan } from "../plan.ts";
import type { Stack } from "../state/stack.ts";
import { type Violation, violationsIn } from "./violations.ts";

/** What came of a preview. It may hold values of the configuration: what is shown of it is chosen. */
export interface Previewed {
  /** Pulumi's own exit code; 1 where a signal ended it. */
  readonly code: number;
  /** Undefined when Pulumi gave none. */
  readonly plan: Plan | undefined;
  /** The end of what Pulumi said beside the plan. */
  readonly complaint: string;
  readonly violations: readonly Violation[];
}

/**
 * Runs `pulumi preview` of a stack, which changes nothing. One that fails is an answer too.
 * @param flags further ones of `pulumi preview`.
 * @throws UserError when Pulumi's answer is of an unknown form.
 */
export async function preview(
  { name, pulumi }: Stack,
  flags: readonly string[],
): Promise<Previewed> {
  // For this user alone (0700): the log holds what the plan holds.
  const folder = mkdtempSync(join(tmpdir(), "slipway-preview-"));
  try {
    const log = join(folder, "events.jsonl");
    const args = [
      "preview",
      "--json",
      "--non-interactive",
      "--show-sames",
      "--stack",
      name,
      "--event-log",
      log,
    ];
    const { code, stdout, stderr } = await run(pulumi.program, [...args, ...flags], {
      cwd: pulumi.folder,
      // Without the last the CLI has no `--event-log`, the only place where the policies' words are.
      env: { ...pulumi.env, ...asPlan, PULUMI_DEBUG_COMMANDS: "true" },
    });
    const events = existsSync(log) ? readFileSync(log, "utf8") : "";
    const isPlan = stdout.trimStart().startsWith("{");
    return {
      code: code ?? 1,
      plan: isPlan ? readPlan(stdout) : undefined,
      complaint: endOf(stderr) || (isPlan ? "" : endOf(stdout)),
      violations: violationsIn(events),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the first error on, or else the last lines. */
function endOf(text: string): string {
  const at = text.search(/^error:/m);
  return at >= 0 ? text.slice(at).trim() : text.trim().split("\n").slice(-20).join("\n");
}
