import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "../setup/user-error.ts";
import { command, readFlags } from "./command.ts";
import { openPulumi } from "./open-pulumi.ts";
import { policyFlags } from "./policies.ts";
import type { Pulumi } from "./pulumi.ts";
import { inSummary, inText } from "./report/dialect.ts";
import { hostOf } from "./report/host.ts";
import { markdown } from "./report/markdown.ts";
import { maskFor } from "./report/mask.ts";
import { preview } from "./report/previewed.ts";
import { publish } from "./report/publish.ts";
import { reportOf } from "./report/report.ts";
import { openStack, projectFile, readState, type Stack } from "./state/stack.ts";
import type { StackState } from "./state/stack-state.ts";
import { tell, warn } from "./tell.ts";

/**
 * `npm run preview -- --stack staging [--publish] [--out FILE]`: what an `up` would do, as Markdown on stdout, in a file, and
 * where the pipeline's host shows it. The exit code is that of `pulumi preview`.
 */
await command(async (args) => {
  const {
    out,
    publish: isPublished,
    ...choice
  } = readFlags(args, {
    stack: { type: "string" },
    out: { type: "string" },
    publish: { type: "boolean" },
  });
  const { env, ...rest } = await openPulumi();
  const host = hostOf(env);
  const pulumi = { ...rest, env: withoutTokens(env) };
  const stack = await openStack(pulumi, choice);
  const { flags, leftOut } = await policyFlags(pulumi);
  const state = await stateOf(stack);
  const previewed = await preview(stack, flags);
  const report = reportOf(previewed, {
    project: projectName(pulumi.folder),
    stack: stack.name,
    run: host?.run,
    state,
    policiesLeftOut: leftOut,
    mask: maskFor(env),
  });
  const text = markdown(report, host?.kind === "github" ? inSummary : inText);
  process.stdout.write(text);
  if (out) write(out, text);
  if (isPublished && host) await publish(report, host, { tell, warn });
  if (isPublished && !host) {
    warn(
      "--publish: this is no step of Bitbucket Pipelines or GitHub Actions, so nobody was told; leave it out",
    );
  }
  return previewed.code;
});

/** What is written to the host with is no business of the program that is previewed. */
function withoutTokens(env: Pulumi["env"]): Pulumi["env"] {
  const { BITBUCKET_ACCESS_TOKEN: _bitbucket, GITHUB_TOKEN: _github, ...others } = env;
  return others;
}

/** Undefined, and a warning, where it cannot be read: the report is made all the same. */
async function stateOf(stack: Stack): Promise<StackState | undefined> {
  try {
    return await readState(stack);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warn(error.message);
    return undefined;
  }
}

function projectName(folder: string): string {
  const { name } = (parse(readFileSync(projectFile(folder), "utf8")) ?? {}) as { name?: string };
  return name ?? "";
}

function write(file: string, text: string): void {
  try {
    writeFileSync(resolve(file), text);
  } catch (error) {
    throw new UserError(
      `--out ${file}: cannot be written (${(error as Error).message}); name another file`,
    );
  }
}
