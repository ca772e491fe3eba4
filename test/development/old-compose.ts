import { randomBytes } from "node:crypto";
import { buildImage } from "../../setup/build-image.ts";
import { ready } from "../../setup/ready.ts";
import { silentStory } from "../../setup/story.ts";
import { docker, engineHost, runToEnd } from "../rehearsal/engine.ts";
import type { RunCompose } from "./project.ts";

/** Compose 1, as Debian 12 still has it, in a container that works for the engine outside. */
export interface OldCompose {
  readonly run: RunCompose;
  remove(): Promise<void>;
}

const DOCKERFILE = (base: string): string => `FROM ${base}
RUN apt-get update && apt-get install -y --no-install-recommends docker-compose
`;

/** Makes its image on the base image; returns the reason where it cannot be had. */
export async function oldCompose(): Promise<OldCompose | string> {
  if (!engineHost.startsWith("unix://")) return `the engine is not on this machine: ${engineHost}`;
  const { "base-image": base } = await ready(["base-image"], silentStory);
  const image = `slipway-test-old-compose-${randomBytes(4).toString("hex")}`;
  const failure = await buildImage(engineHost, image, { Dockerfile: DOCKERFILE(base) });
  if (failure !== undefined) return `Debian's package cannot be installed: ${failure}`;
  const remove = (): Promise<void> => docker.getImage(image).remove({ force: true });
  const { output: version } = await runToEnd({
    Image: image,
    Cmd: ["docker-compose", "version", "--short"],
  });
  if (!version.startsWith("1.")) {
    await remove();
    return `the base image's Debian has Compose ${version.trim()}`;
  }
  return {
    remove,
    async run(args, { cwd, env }) {
      const { code, output } = await runToEnd({
        Image: image,
        Cmd: ["docker-compose", ...args],
        WorkingDir: cwd,
        // Its other way to build is the docker CLI, which is not in the container.
        Env: Object.entries({ ...env, COMPOSE_DOCKER_CLI_BUILD: "0" }).map(
          ([name, value]) => `${name}=${value}`,
        ),
        HostConfig: {
          // A folder of the same name on both sides, because the engine is told it.
          Binds: [`${cwd}:${cwd}`, `${engineHost.slice("unix://".length)}:/var/run/docker.sock`],
        },
      });
      if (code !== 0) throw new Error(`docker-compose ${args.join(" ")}: ${output}`);
      return output;
    },
  };
}
