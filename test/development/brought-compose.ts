import { ready } from "../../setup/ready.ts";
import { lastLine, run } from "../../setup/run.ts";
import { silentStory } from "../../setup/story.ts";
import { engineHost } from "../rehearsal/engine.ts";
import type { RunCompose } from "./project.ts";

/** The Docker Compose of this machine, or the one that the set-up brings, without the settings of whoever runs the tests. */
export async function broughtCompose(): Promise<RunCompose> {
  const { compose } = await ready(["base-image", "compose"], silentStory);
  const [program, ...first] = compose;
  return async (args, { cwd, env }) => {
    const { PATH, HOME } = process.env;
    const { code, stdout, stderr } = await run(program, [...first, ...args], {
      cwd,
      env: { PATH, HOME, DOCKER_HOST: engineHost, ...env },
    });
    if (code !== 0) throw new Error(`compose ${args.join(" ")}: ${lastLine(stderr)}\n${stderr}`);
    return stdout + stderr;
  };
}
