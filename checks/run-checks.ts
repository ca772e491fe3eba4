import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { ready } from "../setup/ready.ts";
import { painter, type Story } from "../setup/story.ts";
import type { Check, CheckNeed } from "./checks.ts";

/** How one check ended: `skipped` where its tool cannot be had on this machine. */
export type Outcome = "passed" | "failed" | "skipped";

/** Where each kind of tool is; undefined for one that cannot be had. */
export type Tools = Readonly<Partial<Record<CheckNeed, string | undefined>>>;

/** Brings the tools of these checks and no others. */
export async function toolsFor(checks: readonly Check[], story: Story): Promise<Tools> {
  const needs = new Set(checks.flatMap(({ needs }) => needs ?? []));
  return ready([...needs], story);
}

/**
 * Runs checks on the files of a tree, as many side by side as there are processors, and writes what each has to say as one
 * piece, with the line `NAME: passed`, `failed` or `skipped` at its end. Returns the outcomes in the checks' order.
 */
export async function runChecks(
  checks: readonly Check[],
  tools: Tools,
  tree: string,
  out: NodeJS.WritableStream = process.stdout,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...checks.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, check] = next;
      const { outcome, said } = await runCheck(check, tools, tree);
      outcomes[index] = outcome;
      out.write(told(check.name, outcome, said, out));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return outcomes;
}

/** Runs one check on the files of a tree, folder after folder until one fails; `said` is all that its tool printed. */
export async function runCheck(
  check: Check,
  tools: Tools,
  tree: string,
): Promise<{ outcome: Outcome; said: string }> {
  if (check.needs !== undefined && tools[check.needs] === undefined) {
    return { outcome: "skipped", said: `${check.needs} cannot be had on this machine\n` };
  }
  let said = "";
  for (const folder of check.folders ?? ["."]) {
    const cwd = join(tree, folder);
    const files = check.files?.(cwd);
    if (files?.length === 0) return { outcome: "failed", said: "there is no file to check\n" };
    const ended = await run([...check.command, ...(files ?? [])], cwd, environment(check, tools));
    said += ended.said;
    if (!ended.isGood) return { outcome: "failed", said };
  }
  return { outcome: "passed", said };
}

function told(name: string, outcome: Outcome, said: string, out: NodeJS.WritableStream): string {
  const colours = { passed: "green", failed: "red", skipped: "yellow" } as const;
  const paint = painter(out);
  const line = `${name}: ${paint(colours[outcome], outcome)}\n`;
  // A tool that is content has nothing to say that anybody reads.
  return outcome === "passed" ? line : `\n${paint("bold", name)}\n${said.trimEnd()}\n${line}\n`;
}

/** The tool's own folder comes first, so that no other program of its name is taken. */
function environment({ needs, env }: Check, tools: Tools): NodeJS.ProcessEnv {
  const own = needs && tools[needs];
  const path = own ? [own, process.env.PATH].join(delimiter) : process.env.PATH;
  return { ...process.env, PATH: path, ...env };
}

function run(
  [program = "", ...args]: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ isGood: boolean; said: string }> {
  return new Promise((resolve) => {
    let said = "";
    const hear = (text: string): void => {
      said += text;
    };
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      // Tools from npm are command files on Windows, which need a shell.
      shell: process.platform === "win32",
    });
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    child.on("error", (error) => resolve({ isGood: false, said: `${said}${error.message}\n` }));
    child.on("close", (code) => resolve({ isGood: code === 0, said }));
  });
}
