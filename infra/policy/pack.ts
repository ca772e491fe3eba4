import { type Policies, PolicyPack, type PolicyResource } from "@pulumi/policy";
import { hearEngine } from "./hear-engine.ts";
import type { Resource, Rule } from "./rule.ts";
import { rules } from "./rules.ts";

// The policy pack: a server that Pulumi's engine asks about each resource before it is made. Its port is told on standard output.

// A rehearsal says by this variable who plays the outside.
const facts = hearEngine(Boolean(process.env.SLIPWAY_OUTSIDE));

new PolicyPack("slipway", {
  description: "What no stack of Slipway may ask of a cloud",
  policies: rules.flatMap((rule) => [...ofResources(rule), ...ofStacks(rule)]),
});

function ofResources(rule: Rule): Policies {
  const { check } = rule;
  if (!check) return [];
  return [
    {
      ...described(rule),
      validateResource: (asked, report) => {
        for (const clause of check(resourceOf(asked), facts())) {
          report(`${clause}. ${rule.remedy}`);
        }
      },
    },
  ];
}

function ofStacks(rule: Rule): Policies {
  const { checkStack } = rule;
  if (!checkStack) return [];
  return [
    {
      ...described(rule),
      validateStack: ({ resources }, report) => {
        for (const clause of checkStack(resources.map(resourceOf), facts())) {
          report(`${clause}. ${rule.remedy}`);
        }
      },
    },
  ];
}

function described({ name, description, level, remedy }: Rule) {
  return { name, description, enforcementLevel: level, remediationSteps: remedy };
}

function resourceOf({
  type,
  name,
  props,
  opts,
}: Pick<PolicyResource, "type" | "name" | "props" | "opts">): Resource {
  return { type, name, props, protect: opts.protect };
}
