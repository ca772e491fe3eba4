import type { ProviderFunction } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { solutionStacks } from "./platforms.ts";
import type { Session } from "./session.ts";

/** `elasticbeanstalk.getSolutionStack`: the one platform whose name fits, or the newest of them. */
export function getSolutionStack({ region }: Session): ProviderFunction {
  return async (args) => {
    const nameRegex = String(args.nameRegex ?? "");
    const found = solutionStacks.filter((name) => pattern(nameRegex).test(name));
    const [name] = found;
    if (name === undefined) {
      throw new RuleError(
        `getSolutionStack: your query returned no results; change nameRegex, which is "${nameRegex}"`,
      );
    }
    if (found.length > 1 && args.mostRecent !== true) {
      throw new RuleError(
        `getSolutionStack: your query returned ${found.length} results; make nameRegex more specific, or set mostRecent`,
      );
    }
    const where = String(args.region ?? region);
    return { nameRegex, mostRecent: args.mostRecent === true, name, id: name, region: where };
  };
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new RuleError(
      `getSolutionStack: nameRegex: "${text}" is an invalid regular expression; mend it`,
    );
  }
}
