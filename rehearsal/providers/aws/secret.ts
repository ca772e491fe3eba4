import { flag, text, whole } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { json } from "./aws-type.ts";
import { all, like, shorterThan } from "./forms.ts";
import { letters } from "./identifiers.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

/** A secret that was deleted and whose name stays taken until then. */
interface Pending {
  readonly until: string;
}

/** `secretsmanager.Secret`: a name for values. */
export function secretType(session: Session): ResourceType {
  const { account, cloud } = session;
  const nameOf = ({ region, name }: Properties) => `${account}/${region}/${name}`;
  return recordType(session, {
    kind: "aws/secret",
    tagged: true,
    autonamed: { property: "name", most: 255 },
    schema: {
      name: text({
        replaces: true,
        refuses: all(
          shorterThan(512),
          like(/^[A-Za-z0-9/_+=.@-]+$/, "letters, digits and /_+=.@- only"),
        ),
      }),
      description: text(),
      kmsKeyId: text(),
      policy: json({ computed: true }),
      recoveryWindowInDays: whole({ default: 30, refuses: recoveryWindow }),
      forceOverwriteReplicaSecret: flag(),
      arn: text({ output: true }),
    },
    place: ({ arn }) => String(arn),
    refuse(planned, old) {
      if (old) return;
      const pending = cloud.get<Pending>("aws/secret-pending", nameOf(planned));
      if (pending && Date.parse(pending.until) > Date.now()) {
        throw new RuleError(
          `InvalidRequestException: a secret ${planned.name} is scheduled for deletion until ${pending.until}; choose another name, or leave name out`,
        );
      }
      const isTaken = cloud
        .list<Properties>("aws/secret")
        .some(({ value }) => nameOf(value) === nameOf(planned));
      if (isTaken) {
        throw new RuleError(
          `ResourceExistsException: there is a secret ${planned.name} already; choose another name, or leave name out`,
        );
      }
    },
    made({ region, name }) {
      const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${letters(6)}`;
      return { id: arn, outputs: { arn } };
    },
    remove(state) {
      const days = Number(state.recoveryWindowInDays ?? 30);
      const until = new Date(Date.now() + days * 86_400_000).toISOString();
      if (days > 0) cloud.put("aws/secret-pending", nameOf(state), { until });
      for (const { id } of cloud.list("aws/secret-version")) {
        if (id.startsWith(`${state.arn}|`)) cloud.delete("aws/secret-version", id);
      }
    },
  });
}

function recoveryWindow(value: unknown): string | undefined {
  const days = Number(value);
  return days === 0 || (days >= 7 && days <= 30) ? undefined : `is ${days}; use 0, or 7 to 30`;
}
