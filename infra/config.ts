import * as pulumi from "@pulumi/pulumi";
import { type Logins, logins } from "./config/environment.ts";
import type { GroundConfig } from "./config/ground.ts";
import { parse, type ServiceConfig } from "./config/schema.ts";
import { misplacedSecret } from "./misplaced-secret.ts";
import { volumeName } from "./volume-name.ts";

/** Everything a run is told, as it stands in the stack file under `slipway:`. */
export interface Config {
  /** None in a stack of ground. */
  readonly services: Readonly<Record<string, ServiceConfig>>;
  /** What outlives a release; undefined in a stack that releases. */
  readonly ground: GroundConfig | undefined;
  /** The values of `slipway:secrets` by name; a secret in state and in every diff. */
  readonly secrets: pulumi.Output<Readonly<Record<string, string>>>;
  /** One of `slipway:secrets` as it is, for what cannot wait for an output: a login. Never an input of a resource. */
  readonly secret: (name: string) => string;
  readonly logins: Logins;
  /** Whether a build context may differ from its commit. Default false. */
  readonly allowDirty: boolean;
  /** The earlier release that a service is to have in place of the checkout's commit. */
  readonly release: (service: string) => string | undefined;
  /** The Docker engine, as `DOCKER_HOST` would name it. Default: the one the docker provider finds. */
  readonly engineHost: string | undefined;
  /** False in emergencies only, by `SLIPWAY_PROOF=off`. */
  readonly proves: boolean;
  /** Whether what failed before is to be tried again, by `SLIPWAY_RETRY=on`: a new attempt at the same release. */
  readonly retries: boolean;
  /** Tags that move to a proven release beside its branch's and the stack's, by `SLIPWAY_TAGS`, with commas between. */
  readonly tags: readonly string[];
}

/**
 * Reads and checks the whole configuration in one parse.
 * @throws pulumi.RunError which names every problem at once, a line each, as "where: what; how to mend".
 */
export function readConfig(): Config {
  const misplaced = misplacedSecrets();
  const { values, problems } = parse(
    slipwayValues(),
    process.env,
    ({ path }) => !misplaced.includes(`slipway:${String(path[0])}`),
    volumeName,
  );
  const all = [...misplaced.map(misplacedSecret), ...secretsInClear(), ...problems, ...switches()];
  if (all.length > 0 || values === undefined) {
    throw new pulumi.RunError(
      ["the configuration of this stack has problems:", ...all].join("\n  "),
    );
  }
  const { services = {}, ground, allowDirty, release, engine, secrets } = values;
  return {
    services,
    ground,
    secrets: pulumi.secret(secrets),
    secret: (name) => secrets[name] ?? "",
    logins: logins(process.env),
    allowDirty,
    release: (service) => (typeof release === "string" ? release : release?.[service]),
    engineHost: engine.host,
    proves: process.env.SLIPWAY_PROOF !== "off",
    retries: process.env.SLIPWAY_RETRY === "on",
    tags: process.env.SLIPWAY_TAGS?.split(",").filter(Boolean) ?? [],
  };
}

/** Pulumi writes what stands in clear in a stack file into its history, in clear. */
function secretsInClear(): string[] {
  const isThere = Object.hasOwn(pulumi.runtime.allConfig(), "slipway:secrets");
  return !isThere || secureKeys().includes("slipway:secrets")
    ? []
    : [
        "slipway:secrets: stands in clear in the stack file; set each value with pulumi config set --secret --path slipway:secrets.NAME",
      ];
}

/** What is wrong with the variables that steer one run. */
function switches(): string[] {
  return ["SLIPWAY_PROOF", "SLIPWAY_RETRY", "SLIPWAY_REBUILD"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined || ["on", "off"].includes(value)
      ? []
      : [`${name}: "${value}" is neither on nor off; unset it`];
  });
}

/** The stack's values under `slipway:`, with maps and truth values read from their text. */
function slipwayValues(): Record<string, unknown> {
  const all = pulumi.runtime.allConfig();
  const own = Object.entries(all).filter(([key]) => key.startsWith("slipway:"));
  return Object.fromEntries(
    own.map(([key, value]) => [key.slice("slipway:".length), parsed(value)]),
  );
}

function parsed(value: string): unknown {
  if (!/^[{[]|^(?:true|false)$/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Pulumi hands over a map that holds a secure value as plain text: only `slipway:secrets` is treated as secret here. */
function misplacedSecrets(): string[] {
  return secureKeys().filter((key) => key.startsWith("slipway:") && key !== "slipway:secrets");
}

/** The keys that hold a secure value, as Pulumi's language host tells them. */
function secureKeys(): string[] {
  return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]") as string[];
}
