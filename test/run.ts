import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ready } from "../setup/ready.ts";
import { painter, tellOn } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { type Counts, countJunit, countVitest, noCounts, sum } from "./counts.ts";

/** `npm test`: brings what the tests need, runs every check and suite, and ends with `N passed, N failed`. */

const checkout = join(import.meta.dirname, "..");
const reports = mkdtempSync(join(tmpdir(), "slipway-reports-"));
const paint = painter(process.stdout);

/** One tool: its name, its command line, and how its own report is counted; a check without a report counts as one. */
interface Suite {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly count?: () => Counts;
}

const vitestReport = join(reports, "vitest.json");
const pytestReport = join(reports, "pytest.xml");

const suites: readonly Suite[] = [
  { name: "biome", command: ["biome", "ci", "--error-on-warnings", "."] },
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "black", command: ["black", "--check", "--quiet", "."], cwd: "app" },
  { name: "isort", command: ["isort", "--check-only", "."], cwd: "app" },
  { name: "pycodestyle", command: ["pycodestyle", "."], cwd: "app" },
  { name: "hadolint", command: ["hadolint", "app/Dockerfile"] },
  {
    name: "pytest",
    command: ["pytest", "-q", `--junitxml=${pytestReport}`],
    cwd: "app",
    count: () => countJunit(readFileSync(pytestReport, "utf8")),
  },
  {
    name: "vitest",
    command: [
      "vitest",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${vitestReport}`,
    ],
    count: () => countVitest(readFileSync(vitestReport, "utf8")),
  },
];

try {
  const tools = await ready(
    ["pulumi", "engine", "base-image", "registry", "python-tools"],
    tellOn(process.stdout),
  );
  const path = [...tools.path, process.env.PATH].join(delimiter);
  let total = noCounts;
  for (const suite of suites) total = sum(total, await run(suite, path));
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

async function run({ name, command, cwd = ".", count }: Suite, path: string): Promise<Counts> {
  process.stdout.write(`\n${paint("bold", name)}\n`);
  const isGood = await succeeds(command, join(checkout, cwd), path);
  const counts = counted(count) ?? { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
  // A runner can fail for another reason than a test, such as a file that cannot be loaded.
  const missed = !isGood && counts.failed === 0;
  process.stdout.write(isGood ? `${name}: passed\n` : `${name}: ${paint("red", "failed")}\n`);
  return missed ? { ...counts, failed: 1 } : counts;
}

function counted(count: Suite["count"]): Counts | undefined {
  try {
    return count?.();
  } catch (error) {
    // Without a report the runner's exit code decides.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function succeeds(command: Suite["command"], cwd: string, path: string): Promise<boolean> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, PATH: path },
      stdio: ["ignore", "inherit", "inherit"],
      // Tools from npm are command files on Windows, which need a shell.
      shell: process.platform === "win32",
    });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code === 0));
  });
}
