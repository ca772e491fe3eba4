import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties, type Value } from "../values.ts";
import { json } from "./aws-type.ts";
import { recordType } from "./record-type.ts";
import { repositoryNamed } from "./repository.ts";
import type { Session } from "./session.ts";

/** `ecr.LifecyclePolicy`: which images of a repository expire. */
export function lifecyclePolicyType(session: Session): ResourceType {
  const { account } = session;
  return recordType(session, {
    kind: "aws/ecr-lifecycle",
    deletesFirst: true,
    schema: {
      repository: text({ required: true, replaces: true }),
      policy: json({ required: true, replaces: true }),
      registryId: text({ output: true }),
    },
    place: ({ region, repository }) => `${account}/${region}/${repository}`,
    refuse({ region, repository, policy }) {
      repositoryNamed(session, String(region), String(repository));
      const reason = wrongPolicy(JSON.parse(String(policy)) as Properties);
      if (reason === undefined) return;
      throw new RuleError(
        `InvalidParameterException: Invalid parameter at 'LifecyclePolicyText': ${reason}`,
      );
    },
    made: ({ repository }) => ({ id: String(repository), outputs: { registryId: account } }),
  });
}

/** What is wrong with a policy, by the user guide's page on lifecycle policy properties; undefined when nothing is. */
function wrongPolicy({ rules }: Properties): string | undefined {
  if (!Array.isArray(rules) || rules.length === 0) return "it has no rules; give at least one";
  const priorities = rules.map((rule) => (isProperties(rule) ? rule.rulePriority : undefined));
  if (new Set(priorities).size < priorities.length) {
    return "two rules have the same rulePriority; give each its own";
  }
  const wrong = rules.map(wrongRule).find((reason) => reason !== undefined);
  if (wrong) return wrong;
  const last = Math.max(...priorities.map(Number));
  const any = rules.find(
    (rule) => (rule as { selection: Properties }).selection.tagStatus === "any",
  ) as Properties | undefined;
  return any && any.rulePriority !== last
    ? "the rule for any tagStatus must come last; give it the highest rulePriority"
    : undefined;
}

function wrongRule(rule: Value): string | undefined {
  const { rulePriority, selection, action } = rule as Properties;
  const where = `rule ${rulePriority}`;
  if (!Number.isInteger(rulePriority) || Number(rulePriority) < 1) {
    return "a rulePriority is a whole number from 1";
  }
  if (!isProperties(selection) || !isProperties(action)) {
    return `${where} needs a selection and an action`;
  }
  const { tagStatus, countType, countNumber, countUnit, tagPrefixList, tagPatternList } = selection;
  if (!["tagged", "untagged", "any"].includes(String(tagStatus))) {
    return `${where}: tagStatus is "${tagStatus}"; use tagged, untagged or any`;
  }
  const named = [tagPrefixList, tagPatternList].filter(
    (names) => Array.isArray(names) && names.length > 0,
  );
  if (tagStatus === "tagged" ? named.length !== 1 : named.length > 0) {
    return `${where}: tagged images, and only those, need either tagPrefixList or tagPatternList`;
  }
  if (!["imageCountMoreThan", "sinceImagePushed"].includes(String(countType))) {
    return `${where}: countType is "${countType}"; use imageCountMoreThan or sinceImagePushed`;
  }
  if (!Number.isInteger(countNumber) || Number(countNumber) < 1) {
    return `${where}: countNumber is a whole number from 1`;
  }
  if ((countType === "sinceImagePushed") !== (countUnit === "days")) {
    return `${where}: countUnit is days with sinceImagePushed, and left out otherwise`;
  }
  return action.type === "expire" ? undefined : `${where}: its action is of the type expire`;
}
