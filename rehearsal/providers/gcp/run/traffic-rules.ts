import { RuleError } from "../../rule-error.ts";
import { isProperties, type Properties } from "../../values.ts";
import { apiError } from "../api-error.ts";
import type { ServiceRecord } from "./service-record.ts";
import { LATEST } from "./service-state.ts";

/** Throws the refusal of traffic that is not all for the newest revision that is ready. */
export function refuseTraffic(spec: Properties, before: ServiceRecord | undefined): void {
  const traffics = Array.isArray(spec.traffics) ? spec.traffics.filter(isProperties) : [];
  const percents = traffics.map(({ percent }) => Number(percent ?? 0));
  const sum = percents.reduce((all, percent) => all + percent, 0);
  if (sum !== 100) throw apiError(400, `traffic: percents must sum to 100, unlike ${sum}`);
  const made = String((spec.template as Properties).revision ?? "");
  for (const { type, revision, percent } of traffics) {
    if (type === LATEST || !revision || revision === made) continue;
    if (!before?.revisions[String(revision)]) {
      throw apiError(400, `Revision ${revision} does not exist or is deleted`);
    }
    if (percent) {
      throw new RuleError(
        "traffics: sending traffic to an earlier revision has no stand-in; rehearse with the latest",
      );
    }
  }
}
