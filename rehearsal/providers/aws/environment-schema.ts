import { block, list, set, text } from "../bridge/schema.ts";
import { isProperties, type Properties, UNKNOWN } from "../values.ts";
import { all, like, oneOf, shorterThan } from "./forms.ts";

const setting = block({
  namespace: text({ required: true }),
  name: text({ required: true }),
  value: text({ required: true }),
  resource: text(),
});

/** A duration as Go writes it, such as `20m` or `1h30m`. */
const duration = like(/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/, "a duration such as 20m");

/** The properties of an environment, beside its region and its tags. */
export const environmentSchema = {
  application: text({ required: true }),
  name: text({
    replaces: true,
    refuses: like(
      /^(?!-)[A-Za-z0-9-]{4,40}(?<!-)$/,
      "4 to 40 letters, digits and - that neither begins nor ends with one",
    ),
  }),
  cnamePrefix: text({
    computed: true,
    replaces: true,
    refuses: all(
      like(
        /^(?!-)[A-Za-z0-9-]{4,63}(?<!-)$/,
        "4 to 63 letters, digits and - that neither begins nor ends with one",
      ),
      like(/^(?!fer-)/i, "a prefix that does not begin with fer-, which is reserved"),
    ),
  }),
  description: text({ refuses: shorterThan(200) }),
  tier: text({
    default: "WebServer",
    replaces: true,
    refuses: oneOf("WebServer", "Worker"),
  }),
  version: text({ computed: true }),
  solutionStackName: text({ computed: true }),
  platformArn: text({ computed: true }),
  templateName: text(),
  settings: set(setting),
  waitForReadyTimeout: text({ default: "20m", refuses: duration }),
  pollInterval: text({ refuses: all(duration, pollInterval) }),
  allSettings: set(setting, { output: true }),
  arn: text({ output: true }),
  autoscalingGroups: list(text(), { output: true }),
  cname: text({ output: true }),
  endpointUrl: text({ output: true }),
  instances: list(text(), { output: true }),
  launchConfigurations: list(text(), { output: true }),
  loadBalancers: list(text(), { output: true }),
  queues: list(text(), { output: true }),
  triggers: list(text(), { output: true }),
} as const;

/** What no single property's rule can judge. */
export function checkEnvironment(inputs: Properties): { property: string; reason: string }[] {
  const { tier, cnamePrefix, settings } = inputs;
  const platforms = ["solutionStackName", "platformArn", "templateName"].filter(
    (name) => inputs[name] !== undefined,
  );
  const found: { property: string; reason: string }[] = [];
  if (platforms.length > 1) {
    const [property = "", ...others] = platforms;
    found.push({ property, reason: `conflicts with ${others.join(" and ")}; give one of them` });
  }
  if (tier === "Worker" && cnamePrefix !== undefined) {
    found.push({
      property: "cnamePrefix",
      reason: "cannot be set with the tier Worker; take it out",
    });
  }
  for (const [index, each] of (Array.isArray(settings) ? settings : []).entries()) {
    if (!isProperties(each) || each.resource === undefined || each.namespace === UNKNOWN) continue;
    if (each.namespace === "aws:autoscaling:scheduledaction") continue;
    found.push({
      property: `settings[${index}].resource`,
      reason: "only options of aws:autoscaling:scheduledaction have one; take it out",
    });
  }
  return found;
}

/** 10 seconds to 3 minutes. */
function pollInterval(value: unknown): string | undefined {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };
  const parts = [...String(value).matchAll(/(\d+(?:\.\d+)?)([smh])(?![a-z])/g)];
  const seconds = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0),
    0,
  );
  return seconds >= 10 && seconds <= 180 ? undefined : `is "${value}"; use 10s to 3m`;
}
