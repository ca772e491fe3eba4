import { join } from "node:path";
import { makePythonImage } from "./debian-python.ts";
import { imageInEngine } from "./image-in-engine.ts";
import { withLock } from "./lock.mjs";
import { type Machine, thisMachine } from "./machine.ts";
import { pullImage } from "./pull-image.ts";
import type { Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";

/** The image that the app's Dockerfile starts from. */
export const BASE_IMAGE = "python:3.12-slim";

/** The base image in the engine: pulled, else made of Debian's packages and this machine's Python 3.12. */
export function baseImage(host: string, machine: Machine = thisMachine()): Thing<string> {
  return {
    title: "Base image",
    async find() {
      return (await imageInEngine(host, BASE_IMAGE))
        ? { text: BASE_IMAGE, value: BASE_IMAGE }
        : undefined;
    },
    async bring(progress, signal) {
      return withLock(
        join(machine.cache, "base-image.lock"),
        async () => {
          const already = await this.find();
          if (already) return already;
          progress("pulling");
          const unreachable = await pullImage(host, BASE_IMAGE, progress, signal);
          if (unreachable === undefined) {
            return { text: `${BASE_IMAGE}, pulled`, value: BASE_IMAGE };
          }
          const failed = await makePythonImage(host, BASE_IMAGE, machine, progress, signal);
          if (failed === undefined) {
            return { text: `${BASE_IMAGE}, made of Debian and Python 3.12`, value: BASE_IMAGE };
          }
          throw new UserError(
            `base image: ${BASE_IMAGE} cannot be pulled (${unreachable}) and not be made here (${failed}); ` +
              "mend the way to its registry, or load it by hand with docker load",
          );
        },
        (holder) => progress(`process ${holder.pid} is making it since ${holder.since}; waiting`),
      );
    },
  };
}
