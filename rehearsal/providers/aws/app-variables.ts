import type { Call } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { allows } from "./permissions.ts";
import { currentSecret } from "./secret-version.ts";
import type { Session } from "./session.ts";
import { optionsOf, type Setting } from "./settings.ts";

/**
 * The environment's variables as the app gets them, secrets resolved. A secret that the cloud of the rehearsal does not know
 * is taken to exist: its value is a placeholder, and the user is told.
 * @throws RuleError when a secret cannot be read.
 */
export function appVariables(
  session: Session,
  role: string,
  settings: readonly Setting[],
  { log }: Pick<Call, "log">,
): Record<string, string> {
  const plain = optionsOf(settings, "elasticbeanstalk:application:environment");
  const named = optionsOf(settings, "elasticbeanstalk:application:environmentsecrets");
  const secrets = Object.entries(named).map(([name, reference]) => {
    // Seven parts are the secret's own; an eighth is a key of the JSON in it.
    const arn = reference.split(":").slice(0, 7).join(":");
    const key = reference.split(":")[7];
    return [name, secretOf(session, role, { name, arn, key }, log)] as const;
  });
  return { ...plain, ...Object.fromEntries(secrets) };
}

interface Reference {
  /** The variable's. */
  readonly name: string;
  readonly arn: string;
  readonly key: string | undefined;
}

function secretOf(
  session: Session,
  role: string,
  { name, arn, key }: Reference,
  log: Call["log"],
): string {
  const action = arn.includes(":ssm:") ? "ssm:GetParameter" : "secretsmanager:GetSecretValue";
  if (!allows(session, role, action, arn)) {
    throw new RuleError(
      `${name}: the role ${role} of the instances is not allowed ${action} on ${arn}; add it to its policies`,
    );
  }
  if (!session.cloud.get<Properties>("aws/secret", arn)) {
    log.warn(`${name}: ${arn} is not of this rehearsal; the app gets a placeholder`);
    return `placeholder for ${name}`;
  }
  const value = currentSecret(session, arn);
  if (value === undefined) {
    throw new RuleError(`${name}: the secret ${arn} has no value; give it a version`);
  }
  return key === undefined ? value : valueAt(value, key, name);
}

function valueAt(text: string, key: string, name: string): string {
  try {
    const value = (JSON.parse(text) as Properties)[key];
    if (value !== undefined) return String(value);
  } catch {
    // Told below, without the text.
  }
  throw new RuleError(`${name}: the secret has no JSON with the key ${key}; correct the reference`);
}
