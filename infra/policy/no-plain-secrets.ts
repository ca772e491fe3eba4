import { secretShapes } from "../secret-shapes.ts";
import { listOf, mapOf, mapsOf, type Resource, type Rule, textOf } from "./rule.ts";

/** What stands in clear in a variable is read by whoever may look at the service. */
export const noPlainSecrets: Rule = {
  name: "no-plain-secrets",
  description: "No variable and no build argument holds a credential in clear.",
  remedy:
    "Keep the value in slipway:secrets and name it with { secret: NAME }, or name a secret of the cloud with { ref: … }.",
  level: "mandatory",
  check: (resource) =>
    variablesOf(resource).flatMap(([name, value]) => {
      const text = textOf(value);
      if (text === "" || /^(?:true|false)$/i.test(text)) return [];
      const shape = secretShapes.find(({ form }) => text.search(form) >= 0);
      if (shape) return [`${name} holds ${shape.what} in clear`];
      return credentialName.test(name) ? [`${name} is set in clear`] : [];
    }),
};

const credentialName =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|AUTH|PRIVATE|SECRET|SIGNING|ENCRYPTION)_?KEY)$/i;

type Variables = (readonly [name: string, value: unknown])[];

function variablesOf({ type, props }: Resource): Variables {
  switch (type) {
    case "docker:index/container:Container":
      return listOf(props.envs).map(textOf).filter(Boolean).map(split);
    case "docker:index/image:Image":
      return Object.entries(mapOf(mapOf(props.build).args));
    case "gcp:cloudrunv2/service:Service":
      return mapsOf(mapOf(props.template).containers).flatMap(({ envs }) => named(envs));
    case "gcp:cloudrunv2/job:Job":
      return mapsOf(mapOf(mapOf(props.template).template).containers).flatMap(({ envs }) =>
        named(envs),
      );
    case "aws:elasticbeanstalk/environment:Environment":
      return named(
        mapsOf(props.settings).filter(
          ({ namespace }) => namespace === "aws:elasticbeanstalk:application:environment",
        ),
      );
    default:
      return [];
  }
}

function named(values: unknown): Variables {
  return mapsOf(values).map(({ name, value }) => [textOf(name), value]);
}

function split(assignment: string): readonly [string, string] {
  const at = assignment.indexOf("=");
  return at < 0 ? [assignment, ""] : [assignment.slice(0, at), assignment.slice(at + 1)];
}
