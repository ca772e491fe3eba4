import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ready } from "../setup/ready.ts";
import { tellOn } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";

/** `npm run tool -- NAME ARGUMENTS…`: one of the check tools by itself, such as `pre-commit install` or `bb-run --list-targets`. */

const [name = "", ...args] = process.argv.slice(2);
try {
  const tools = await ready(["check-tools"], tellOn(process.stderr));
  const program = join(tools["check-tools"], name);
  if (!/^[\w-]+$/.test(name) || !existsSync(program)) {
    throw new UserError(
      `npm run tool: "${name}" is none of the check tools; name one, such as pre-commit or bb-run`,
    );
  }
  spawn(program, args, { stdio: "inherit" }).on("close", (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
