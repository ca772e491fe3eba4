import { type BridgedType, bridgedType } from "../bridge/bridged-type.ts";
import { type Field, type FieldRules, map, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import {
  canonical,
  hasUnknowns,
  isProperties,
  type Properties,
  UNKNOWN,
  type Value,
} from "../values.ts";
import type { Session } from "./session.ts";

// What every type of `@pulumi/aws` has beyond its own properties: a region, tags with those of the provider, JSON as an object.

/** What makes one type of the package. */
export interface AwsType extends Omit<BridgedType, "complete" | "deleteBeforeReplace"> {
  /** It has no region: IAM and Route 53. */
  readonly global?: true;
  readonly tagged?: true;
  /** A replacement deletes the old one first even if nothing is named. */
  readonly deletesFirst?: true;
}

/** Gives a type of the package its whole life; an explicit name makes a replacement delete the old one first. */
export function awsType(session: Session, type: AwsType): ResourceType {
  const { global, tagged, deletesFirst, ...rest } = type;
  const schema = {
    ...type.schema,
    ...(!global && { region: text({ replaces: true }) }),
    ...(tagged && { tags: map(), tagsAll: map({ output: true }) }),
  };
  const bridged = bridgedType({
    ...rest,
    schema,
    deleteBeforeReplace: deletesFirst ? "always" : type.autonamed ? "explicit name" : "never",
    complete: (planned) =>
      tagged ? { ...planned, tagsAll: allTags(session, planned.tags) } : planned,
  });
  return {
    ...bridged,
    async check(request, call) {
      const news = withTexts(type, request.news);
      const given = news.region ?? session.region;
      return bridged.check({ ...request, news: global ? news : { ...news, region: given } }, call);
    },
  };
}

/** A JSON document in a property: text that is JSON, or an object, which becomes one; its spelling does not count. */
export function json(rules: FieldRules = {}): Field {
  return text({
    refuses: (value) =>
      parsed(value) === undefined ? "contains an invalid JSON document; mend its JSON" : undefined,
    same: (old, planned) => {
      const [left, right] = [parsed(old), parsed(planned)];
      return left !== undefined && canonical(left) === canonical(right);
    },
    ...rules,
  });
}

function parsed(value: Value | undefined): Value | undefined {
  try {
    const found = JSON.parse(String(value)) as Value;
    return isProperties(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function withTexts({ schema }: AwsType, news: Properties): Properties {
  return Object.fromEntries(
    Object.entries(news).map(([name, value]) => {
      const isDocument = isProperties(value) && schema[name]?.is === "text";
      if (!isDocument) return [name, value];
      return [name, hasUnknowns(value) ? UNKNOWN : JSON.stringify(value)];
    }),
  );
}

function allTags({ defaultTags, ignoresTag }: Session, tags: Value | undefined): Value {
  if (tags === UNKNOWN) return UNKNOWN;
  const all = Object.entries({ ...defaultTags, ...(isProperties(tags) ? tags : {}) });
  return Object.fromEntries(all.filter(([name]) => !ignoresTag(name)));
}
