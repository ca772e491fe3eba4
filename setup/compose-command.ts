import { spawn } from "node:child_process";
import { ready } from "./ready.ts";
import { outlive } from "./start-on-node.mjs";
import { tellOn } from "./story.ts";
import { UserError } from "./user-error.ts";

/**
 * `npm run compose -- ARGUMENTS…`: Docker Compose with these arguments, such as `up`, once the engine, the base image and Compose
 * itself are there. Where they are, `docker compose` does the same.
 */

try {
  const { engine, compose } = await ready(
    ["engine", "base-image", "compose"],
    tellOn(process.stderr),
  );
  const [program, ...first] = compose;
  const child = spawn(program, [...first, ...process.argv.slice(2)], {
    stdio: "inherit",
    // The very engine that has the base image.
    env: { ...process.env, DOCKER_HOST: engine.host },
  });
  outlive(child, "compose", "mend that file, or remove it and run this again");
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
