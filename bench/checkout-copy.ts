import { appendFileSync, cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../setup/run.ts";
import { UserError } from "../setup/user-error.ts";

/** The checkout that is measured, as it is on disk now, committed or not. */
const checkout = join(import.meta.dirname, "..");

const measured = ["app", "infra", "Pulumi.yaml", ".gitignore"];

/** A copy of what the program and the app are made of, in a repository of its own. */
export interface CheckoutCopy {
  readonly folder: string;
  /** The full hash of the last commit. */
  commit: string;
  /** Commits a change of one line of the app that no earlier build of any benchmark has seen. */
  changeOneLine(): Promise<void>;
}

/** Copies the checkout into an empty folder below it, so that the checkout's Node modules are found from there, and commits. */
export async function copyCheckout(folder: string): Promise<CheckoutCopy> {
  const list = await git(checkout, [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--",
    ...measured,
  ]);
  for (const file of list.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(checkout, file), join(folder, file));
  }
  await git(folder, ["init", "--quiet", "--initial-branch=main"]);
  const copy: CheckoutCopy = {
    folder,
    commit: "",
    async changeOneLine() {
      appendFileSync(join(folder, "app/src/main.py"), `# ${crypto.randomUUID()}\n`);
      copy.commit = await commitAll(folder);
    },
  };
  await copy.changeOneLine();
  return copy;
}

async function commitAll(folder: string): Promise<string> {
  await git(folder, ["add", "--all"]);
  const settings = ["user.name=bench", "user.email=bench@localhost", "commit.gpgsign=false"];
  const given = settings.flatMap((setting) => ["-c", setting]);
  await git(folder, [...given, "commit", "--quiet", "--no-verify", "--message=Change one line"]);
  return (await git(folder, ["rev-parse", "HEAD"])).trim();
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run("git", ["-C", folder, ...args]);
  if (code !== 0) {
    throw new UserError(
      `git ${args[0]}: ${stderr.trim()}; the benchmark needs git and a checkout made by it`,
    );
  }
  return stdout;
}
