// What Cloud Run takes as a variable: https://cloud.google.com/run/docs/configuring/services/environment-variables,
// https://cloud.google.com/run/docs/container-contract and https://cloud.google.com/secret-manager/quotas.

const mostVariables = 1_000;
const mostBytes = 32 * 1_024;
/** A secret's id has at most 255 characters, and the name of the service and its stack stand in it. */
const longestSecretName = 200;

/** A variable's value as it stands in the stack file. */
type Variable = string | { readonly secret: string } | { readonly ref: string };

/** One version of an existing secret of Secret Manager. */
export interface SecretReference {
  /** Undefined for the service's own. */
  readonly project: string | undefined;
  readonly secret: string;
  /** A number: another one is a change, and so a new revision. */
  readonly version: string;
}

/** Reads `projects/P/secrets/S/versions/N` or `S:N`; undefined where it is neither. */
export function parseSecretReference(reference: string): SecretReference | undefined {
  const form =
    /^(?:projects\/(?<project>[a-z0-9-]+)\/secrets\/(?<long>[\w-]{1,255})\/versions\/|(?<short>[\w-]{1,255}):)(?<version>[1-9]\d*)$/;
  const { project, long, short, version } = form.exec(reference)?.groups ?? {};
  const secret = long ?? short;
  return secret && version ? { project, secret, version } : undefined;
}

/**
 * Says what Cloud Run would refuse in a service's variables, each "where: what; how to mend"; never with a secret's value.
 * @param secrets the values of `slipway:secrets` by name.
 */
export function cloudRunEnvProblems(
  env: Readonly<Record<string, Variable>>,
  secrets: Readonly<Record<string, string>>,
): string[] {
  const count = Object.keys(env).length;
  const tooMany =
    count > mostVariables
      ? [`env: has ${count} variables; use the ${mostVariables} that Cloud Run takes, or fewer`]
      : [];
  const each = Object.entries(env).flatMap(([name, value]) =>
    [...nameProblems(name), ...valueProblems(name, value, secrets)].map(
      (problem) => `env.${name}: ${problem}`,
    ),
  );
  return [...tooMany, ...each];
}

function nameProblems(name: string): string[] {
  return name.startsWith("K_") ? ["Cloud Run keeps K_ to itself; choose another name"] : [];
}

function valueProblems(
  name: string,
  value: Variable,
  secrets: Readonly<Record<string, string>>,
): string[] {
  if (typeof value === "string") return lengthProblems(value);
  if ("ref" in value) return referenceProblems(value.ref);
  const secret = secrets[value.secret];
  if (secret === undefined) return [];
  if (secret === "") return ["its secret is empty; give it a value, or take the variable out"];
  if (name.length > longestSecretName) {
    return [
      `its name has ${name.length} characters; use ${longestSecretName} or fewer for a secret`,
    ];
  }
  return lengthProblems(secret);
}

function lengthProblems(value: string): string[] {
  const bytes = Buffer.byteLength(value);
  return bytes > mostBytes
    ? [`has ${bytes} bytes; use the ${mostBytes} that Cloud Run takes, or fewer`]
    : [];
}

function referenceProblems(reference: string): string[] {
  if (parseSecretReference(reference)) return [];
  return /[:/]latest$/.test(reference)
    ? [
        `"${reference}" names whatever is newest, so a new value would never roll out; name the version by its number`,
      ]
    : [
        `"${reference}" names no version of a secret; write projects/PROJECT/secrets/SECRET/versions/NUMBER, or SECRET:NUMBER`,
      ];
}
