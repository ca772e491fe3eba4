import { spawn } from "node:child_process";
import { join } from "node:path";
import { ready } from "../setup/ready.ts";
import { tellOn } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";

/** `node setup/bootstrap.mjs checks/pre-commit.ts ARGUMENTS…`: pre-commit of the check tools, e.g. to `install` its hook. */

try {
  const tools = await ready(["check-tools"], tellOn(process.stderr));
  spawn(join(tools["check-tools"], "pre-commit"), process.argv.slice(2), { stdio: "inherit" }).on(
    "close",
    (code) => {
      process.exitCode = code ?? 1;
    },
  );
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
