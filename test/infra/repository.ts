import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** When every commit of these repositories was made. */
export const committedAt = "2026-03-01T12:00:00+00:00";

/** A folder of its own, gone when the test is over. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "slipway-test-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs git as nobody in particular, untouched by the machine's settings, and returns what it says. */
export function git(folder: string, ...args: string[]): string {
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_AUTHOR_NAME: "Test",
    GIT_AUTHOR_EMAIL: "test@example.com",
    GIT_AUTHOR_DATE: committedAt,
    GIT_COMMITTER_NAME: "Test",
    GIT_COMMITTER_EMAIL: "test@example.com",
    GIT_COMMITTER_DATE: committedAt,
  };
  return execFileSync("git", ["-C", folder, ...args], { env, encoding: "utf8", stdio: "pipe" });
}

/** Writes files by their paths within a folder. */
export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Commits everything there is and returns the full hash. */
export function commitAll(folder: string): string {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "A change");
  return git(folder, "rev-parse", "HEAD").trim();
}

/** A repository on `main` with an app, a document outside of it, and one commit; alike every time. */
export function repository(): { readonly folder: string; readonly hash: string } {
  template ??= makeTemplate();
  const folder = temporaryFolder();
  cpSync(template.folder, folder, { recursive: true });
  return { folder, hash: template.hash };
}

let template: ReturnType<typeof makeTemplate> | undefined;
afterAll(() => {
  if (template) rmSync(template.folder, { recursive: true, force: true });
});

/** Made once for a file of tests and copied from then on, because git takes its time. */
function makeTemplate() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "slipway-test-")));
  git(folder, "init", "--quiet", "--initial-branch", "main", "--template", "");
  write(folder, { "app/main.py": "print(1)\n", "app/run.sh": "true\n", "README.md": "Read me.\n" });
  return { folder, hash: commitAll(folder) };
}
