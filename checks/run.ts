import { join } from "node:path";
import { tellOn } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { type Check, checks } from "./checks.ts";
import { choose } from "./choose.ts";
import { runChecks, toolsFor } from "./run-checks.ts";
import { stops } from "./stops.ts";

/**
 * `npm run lint [-- NAME…]`, `npm run scan [-- NAME…]`: brings what the checks need, runs them, and fails when one of them does,
 * or, in a pipeline (`CI` is set), when one has to be skipped. After a further `--` come the files that a check is to look at in place of those it would find itself.
 */

const [group, ...rest] = process.argv.slice(2);
const end = rest.indexOf("--");
const names = end < 0 ? rest : rest.slice(0, end);
const files = end < 0 ? undefined : rest.slice(end + 1);

try {
  const inGroup = checks.filter((check) => check.group === group);
  if (inGroup.length === 0) throw new UserError("checks: no group named; say lint or scan");
  const chosen = choose(inGroup, names, `npm run ${group}`).map(withFiles);
  const tools = await toolsFor(chosen, tellOn(process.stderr));
  const outcomes = await runChecks(chosen, tools, join(import.meta.dirname, ".."));
  const sentence = stops(chosen, outcomes, Boolean(process.env.CI));
  if (sentence !== undefined) {
    process.stderr.write(`${sentence}\n`);
    process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function withFiles(check: Check): Check {
  return files === undefined || check.files === undefined
    ? check
    : { ...check, files: () => files };
}
