import { bridgedType } from "../bridge/bridged-type.ts";
import { flag, map, type Schema, set, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { findImage, localImage, repoDigestOf } from "./local-image.ts";
import type { Session } from "./session.ts";
import { withoutBuild } from "./unsupported.ts";

// `docker.RemoteImage`: an image that the engine holds, fetched only if it is not there.

const schema: Schema = {
  name: text({ required: true, replaces: true }),
  keepLocally: flag(),
  forceRemove: flag(),
  platform: text({ replaces: true }),
  pullTriggers: set(text(), { replaces: true }),
  triggers: map({ replaces: true }),
  build: withoutBuild,
  imageId: text({ output: true }),
  repoDigest: text({ output: true }),
};

/** Makes the type for one configuration of the provider. */
export function remoteImageType(session: Session): ResourceType {
  const { docker } = session;
  return bridgedType({
    schema,
    deleteBeforeReplace: "never",
    async create(planned, call) {
      const name = String(planned.name);
      const found = await findImage(
        session,
        name,
        planned.platform ? String(planned.platform) : undefined,
        call,
      );
      return { id: `${found.Id}${name}`, state: stateOf(planned, found, name) };
    },
    async read(_id, state) {
      const name = String(state.name);
      const found = await localImage(docker, name);
      return found && stateOf(state, found, name);
    },
    async delete(_id, state) {
      const name = String(state.name);
      if (state.keepLocally === true || !(await localImage(docker, name))) return;
      await docker.getImage(name).remove({ force: state.forceRemove === true });
    },
  });
}

function stateOf(
  planned: Properties,
  found: Parameters<typeof repoDigestOf>[0],
  name: string,
): Properties {
  return { ...planned, imageId: found.Id, repoDigest: repoDigestOf(found, name) };
}
