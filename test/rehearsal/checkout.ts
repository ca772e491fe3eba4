import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";

const original = join(import.meta.dirname, "..", "..");

/** A copy of this checkout in a temporary folder, with a history of its own. */
export interface Checkout {
  readonly folder: string;
  /** Runs git there and returns what it prints. */
  git(...args: string[]): string;
  /** The full hash of HEAD. */
  head(): string;
  /** Rewrites one of its files. */
  edit(path: string, change: (text: string) => string): void;
  /** Rewrites the configuration of a stack, as its file has it. */
  configure(change: (config: StackConfig) => void, stack?: string): void;
  /** Commits everything as it is now, and returns the new commit. */
  commit(message: string): string;
  remove(): void;
}

/** What the tests change in a stack file, without the checks that it will meet. */
export interface StackConfig {
  "slipway:services": { web: ServiceInFile } & Record<string, ServiceInFile>;
  [key: string]: unknown;
}

interface ServiceInFile {
  source: Record<string, unknown>;
  registry: Record<string, unknown>;
  target: Record<string, unknown>;
  proof?: Record<string, unknown>;
  [key: string]: unknown;
}

/** Copies what git knows and would take of this checkout, shares its modules, and commits it on `main`. */
export function copyCheckout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), "slipway-checkout-"));
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    cwd: original,
    encoding: "utf8",
  });
  for (const path of listed.split("\0")) {
    if (path === "" || !existsSync(join(original, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(original, path), join(folder, path));
  }
  symlinkSync(join(original, "node_modules"), join(folder, "node_modules"), "junction");

  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: folder, encoding: "utf8", env: gitEnvironment() }).trim();
  const edit: Checkout["edit"] = (path, change) => {
    const file = join(folder, path);
    writeFileSync(file, change(existsSync(file) ? readFileSync(file, "utf8") : ""));
  };
  const head = (): string => git("rev-parse", "HEAD");
  const checkout: Checkout = {
    folder,
    git,
    head,
    edit,
    configure: (change, stack = "dev") =>
      edit(`Pulumi.${stack}.yaml`, (text) => {
        const file = parse(text) as { config: StackConfig };
        change(file.config);
        return stringify(file);
      }),
    commit(message) {
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", message);
      return head();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  git("init", "--quiet", "--initial-branch=main");
  return checkout;
}

/** Who commits, without the settings of whoever runs the tests. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const who = { NAME: "Tests", EMAIL: "tests@example.invalid" };
  return {
    ...process.env,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
  };
}
