import type Docker from "dockerode";
import type { Call } from "../provider.ts";
import { isMissing } from "./engine.ts";
import { pullImage } from "./pull.ts";
import { parseReference } from "./reference.ts";
import type { Session } from "./session.ts";

// Images that the engine has already, and those it has to fetch first.

/** The image as the engine knows it, by name, digest or id; pulled with `registryAuth` if it is not there. */
export async function findImage(
  session: Session,
  name: string,
  platform: string | undefined,
  call: Call,
): Promise<Docker.ImageInspectInfo> {
  const there = await localImage(session.docker, name);
  if (there) return there;
  call.log.progress(`pulling ${name}`);
  await pullImage(session.docker, name, session.registryAuth, platform, call);
  return session.docker.getImage(name).inspect();
}

/** The image if the engine has it; a name without a tag means `latest`. */
export async function localImage(
  docker: Docker,
  name: string,
): Promise<Docker.ImageInspectInfo | undefined> {
  return docker
    .getImage(name)
    .inspect()
    .catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
}

/** The digest that the image has in the registry it was pulled from or pushed to; "" when the engine knows none. */
export function repoDigestOf(image: Docker.ImageInspectInfo, name: string): string {
  const { repository } = parseReference(name.startsWith("sha256:") ? "none" : name);
  const known = image.RepoDigests ?? [];
  return known.find((digest) => parseReference(digest).repository === repository) ?? "";
}
