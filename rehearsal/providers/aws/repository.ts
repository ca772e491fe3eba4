import { block, flag, list, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties } from "../values.ts";
import { all, like, oneOf } from "./forms.ts";
import { recordType } from "./record-type.ts";
import { emptyRepository, keptTags } from "./repository-content.ts";
import type { Session } from "./session.ts";

/** `ecr.Repository`; its images are in this machine's registry, under the name of the repository's URL. */
export function repositoryType(session: Session): ResourceType {
  const { account, cloud, registry } = session;
  const placeOf = ({ region, name }: Properties) => `${account}/${region}/${name}`;
  return recordType(session, {
    kind: "aws/ecr-repository",
    tagged: true,
    autonamed: { property: "name", most: 256, lower: true },
    schema: {
      name: text({ replaces: true, refuses: repositoryName }),
      forceDelete: flag(),
      imageTagMutability: text({
        default: "MUTABLE",
        refuses: oneOf(
          "MUTABLE",
          "IMMUTABLE",
          "MUTABLE_WITH_EXCLUSION",
          "IMMUTABLE_WITH_EXCLUSION",
        ),
      }),
      imageTagMutabilityExclusionFilters: list(
        block({ filter: text({ required: true }), filterType: text({ required: true }) }),
      ),
      imageScanningConfiguration: block({ scanOnPush: flag({ required: true }) }),
      encryptionConfigurations: list(
        block({
          encryptionType: text({
            default: "AES256",
            refuses: oneOf("AES256", "KMS", "KMS_DSSE"),
          }),
          kmsKey: text({ computed: true }),
        }),
        { replaces: true },
      ),
      arn: text({ output: true }),
      registryId: text({ output: true }),
      repositoryUrl: text({ output: true }),
    },
    place: placeOf,
    taken: ({ name, region }) =>
      `RepositoryAlreadyExistsException: there is a repository ${name} in ${region} already; refer to it, or choose another name`,
    made: ({ name, region }) => ({
      id: String(name),
      outputs: {
        arn: `arn:aws:ecr:${region}:${account}:repository/${name}`,
        registryId: account,
        repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
      },
    }),
    async remove(state, { signal }) {
      const tags = await keptTags(registry, String(state.repositoryUrl), signal);
      if (tags.length > 0 && state.forceDelete !== true) {
        throw new RuleError(
          `RepositoryNotEmptyException: repository ${state.name} holds ${tags.length} images; delete them first, or set forceDelete`,
        );
      }
      await emptyRepository(registry, String(state.repositoryUrl), tags, signal);
      cloud.delete("aws/ecr-lifecycle", placeOf(state));
    },
  });
}

/** The repository of that name, which must exist. */
export function repositoryNamed(
  { account, cloud }: Session,
  region: string,
  name: string,
): Properties {
  const found = cloud.get<Properties>("aws/ecr-repository", `${account}/${region}/${name}`);
  if (isProperties(found)) return found;
  throw new RuleError(
    `RepositoryNotFoundException: there is no repository ${name} in ${region}; make it first`,
  );
}

/** By the API reference of ECR. */
const repositoryName = all(
  like(/^.{2,256}$/, "2 to 256 characters"),
  like(
    /^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/,
    "lower-case letters, digits and - . _ / between them",
  ),
);
