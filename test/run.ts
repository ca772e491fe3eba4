import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { checks } from "../checks/checks.ts";
import { choose } from "../checks/choose.ts";
import { runChecks } from "../checks/run-checks.ts";
import { type Need, type Ready, ready } from "../setup/ready.ts";
import { painter, tellOn } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { type Counts, countJunit, countOutcomes, countVitest, noCounts, sum } from "./counts.ts";

/**
 * `npm test [-- NAME…]`: brings what the tests need, runs the named suites, by default every one there is, and ends with
 * `N passed, N failed`.
 */

const checkout = join(import.meta.dirname, "..");
const reports = mkdtempSync(join(tmpdir(), "slipway-reports-"));
const paint = painter(process.stdout);

/** What can be named, and what it needs. */
interface Suite {
  readonly name: string;
  readonly needs: readonly Need[];
  run(tools: Tools): Promise<Counts>;
}

type Tools = Readonly<Partial<Ready<Need>>> & { readonly path: readonly string[] };

const suites: readonly Suite[] = [
  checkSuite("lint"),
  checkSuite("scan"),
  programSuite("pytest", ["python-tools"], {
    command: (report) => ["pytest", "-q", `--junitxml=${report}`],
    cwd: "app",
    count: countJunit,
  }),
  vitestSuite("unit", []),
  vitestSuite("real", [
    "pulumi",
    "engine",
    "base-image",
    "registry",
    "postgres-image",
    "compose",
    "python-tools",
    "check-tools",
    "actionlint",
    "builder-image",
    "buildctl",
    "chromium",
  ]),
  programSuite("dast", ["engine", "base-image", "check-tools"], {
    command: () => [process.execPath, "checks/dast.ts"],
  }),
];

try {
  const chosen = choose(suites, process.argv.slice(2), "npm test");
  const tools = await ready(
    [...new Set(chosen.flatMap(({ needs }) => needs))],
    tellOn(process.stdout),
  );
  let total = noCounts;
  for (const suite of chosen) {
    process.stdout.write(`\n${paint("bold", suite.name)}\n`);
    total = sum(total, await suite.run(tools));
  }
  process.stdout.write(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}\n`,
  );
  process.exitCode = total.failed > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}

/** The static checks of a group, which `npm run lint` and `npm run scan` run too. */
function checkSuite(group: "lint" | "scan"): Suite {
  const own = checks.filter((check) => check.group === group);
  return {
    name: group,
    needs: [...new Set(own.flatMap(({ needs }) => needs ?? []))],
    run: async (tools) => countOutcomes(await runChecks(own, tools, checkout)),
  };
}

function vitestSuite(project: "unit" | "real", needs: readonly Need[]): Suite {
  return programSuite(project, needs, {
    command: (report) => [
      "vitest",
      "run",
      // Also `real-cut`, which vitest.config.ts puts last.
      `--project=${project}*`,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
    count: countVitest,
  });
}

interface Program {
  /** The command line; it is told where to write its report. */
  readonly command: (report: string) => readonly [string, ...string[]];
  readonly cwd?: string;
  /** How its report is counted; without one the exit code counts as one test. */
  readonly count?: (report: string) => Counts;
}

function programSuite(
  name: string,
  needs: readonly Need[],
  { command, cwd = ".", count }: Program,
): Suite {
  const report = join(reports, name);
  return {
    name,
    needs,
    async run({ path }) {
      const isGood = await succeeds(command(report), join(checkout, cwd), path);
      const counts = counted(report, count) ?? countOutcomes([isGood ? "passed" : "failed"]);
      process.stdout.write(isGood ? `${name}: passed\n` : `${name}: ${paint("red", "failed")}\n`);
      // A runner can fail for another reason than a test, such as a file that cannot be loaded.
      return !isGood && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
    },
  };
}

function counted(report: string, count: Program["count"]): Counts | undefined {
  try {
    return count?.(readFileSync(report, "utf8"));
  } catch (error) {
    // Without a report the runner's exit code decides.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function succeeds(
  [program, ...args]: readonly [string, ...string[]],
  cwd: string,
  path: readonly string[],
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, PATH: [...path, process.env.PATH].join(delimiter) },
      stdio: ["ignore", "inherit", "inherit"],
      // Tools from npm are command files on Windows, which need a shell.
      shell: process.platform === "win32",
    });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code === 0));
  });
}
