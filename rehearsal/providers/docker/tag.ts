import { bridgedType } from "../bridge/bridged-type.ts";
import { type Schema, set, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { localImage } from "./local-image.ts";
import { parseReference } from "./reference.ts";
import type { Session } from "./session.ts";

// `docker.Tag`: a second name for a local image. It neither notices that its source moved, nor takes the name away again.

const schema: Schema = {
  sourceImage: text({ required: true, replaces: true }),
  targetImage: text({ required: true, replaces: true }),
  tagTriggers: set(text(), { replaces: true }),
  sourceImageId: text({ output: true }),
};

/** Makes the type for one configuration of the provider. */
export function tagType({ docker }: Session): ResourceType {
  return bridgedType({
    schema,
    deleteBeforeReplace: "never",
    async create(planned) {
      const [source, target] = [String(planned.sourceImage), String(planned.targetImage)];
      const found = await localImage(docker, source);
      if (!found)
        throw new RuleError(
          `sourceImage: the engine has no image "${source}"; pull or build it first`,
        );
      const { repository, tag = "latest" } = parseReference(target);
      await docker.getImage(source).tag({ repo: repository, tag });
      return { id: `${source}.${target}`, state: { ...planned, sourceImageId: found.Id } };
    },
    async read(_id, state) {
      return state;
    },
    async delete() {},
  });
}
