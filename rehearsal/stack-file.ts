import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { misplacedSecret } from "../infra/misplaced-secret.ts";
import { UserError } from "../setup/user-error.ts";
import { asMap, isMap } from "./as-map.ts";
import { type UnknownDatabase, unknownDatabases } from "./database/wanted.ts";
import { encryptSecrets } from "./encrypt-secrets.ts";
import { freePort, isFree } from "./free-port.ts";
import { checkout, isStanding, type Workplace } from "./workplace.ts";

interface StackFile {
  /** What Pulumi derives the key of the state's secrets from; it belongs to this state and no other. */
  encryptionsalt?: string;
  config?: Record<string, unknown>;
}

interface Service {
  target?: { kind?: string; port?: number; protect?: boolean };
  data?: { volume?: string; keep?: boolean };
}

/** What came of writing a run's copy of a stack file. */
export interface Written {
  /** The configuration of the run. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The paths of the secure values that became placeholders. */
  readonly placeholders: readonly string[];
  /** The URLs of the databases that were brought, by service. */
  readonly databases: Urls;
}

type Urls = Readonly<Record<string, string>>;

/** What one run asks for beyond the stack file. */
export interface Changes {
  /** An earlier release in place of the checkout's commit. */
  readonly release?: string | undefined;
  /** A stack file in place of the checkout's, as `--config-file` names one. */
  readonly file?: string | undefined;
}

/** Brings databases of these names, and returns their URLs by name. */
export type BringDatabases = (names: readonly string[]) => Promise<Urls>;

/**
 * Writes the run's copy of the stack file. A rehearsal gets a free port and a volume of its own for each service, the
 * same ones every time, so that it can run beside the delivery. Secure values cannot be read without their key: they
 * become placeholders, but for the one in `DATABASE_URL` where databases are brought; what stands in clear under `slipway:secrets`
 * becomes secure. Nothing is protected from being deleted, so that `--destroy` can take a rehearsal down.
 * @throws UserError when there is no such stack file, it is no YAML, or a secure value is where the program refuses one.
 */
export async function writeStackFile(
  place: Workplace,
  changes: Changes,
  bringDatabases?: BringDatabases,
): Promise<Written> {
  const source = changes.file ?? join(checkout, `Pulumi.${place.stack}.yaml`);
  const file = readStackFile(source, place.stack);
  const before = existsSync(place.stackFile) ? readStackFile(place.stackFile, place.stack) : {};
  const replaced: string[] = [];
  const config = withPlaceholders(file.config ?? {}, "", replaced) as Record<string, unknown>;
  // As placeholders the program could not tell them any more.
  const misplaced = replaced.filter((path) => /^slipway:(?!secrets(?:\.|$))/.test(path));
  if (misplaced.length > 0) throw new UserError(misplaced.map(misplacedSecret).join("\n"));
  if (changes.release) config["slipway:release"] = changes.release;
  if (place.purpose === "rehearse") await setApart(config, before.config ?? {}, place);
  const unknown = bringDatabases ? unknownDatabases(config) : [];
  const names = [...new Set(unknown.map(({ database }) => database))];
  const urls = (names.length > 0 && (await bringDatabases?.(names))) || {};
  const databases = Object.fromEntries(
    unknown.map(({ service, database }) => [service, urls[database] ?? ""]),
  );
  const known = tellDatabases(config, unknown, databases);
  const { encryptionsalt, config: kept } = await encryptSecrets(config, before.encryptionsalt);
  // Renamed into place, because half a file would lose the salt, and with it the state's secrets.
  const draft = `${place.stackFile}.draft`;
  writeFileSync(draft, stringify({ ...(encryptionsalt && { encryptionsalt }), config: kept }));
  renameSync(draft, place.stackFile);
  return {
    config,
    placeholders: replaced.filter((path) => !known.includes(path)),
    databases,
  };
}

/**
 * The configuration of a stack as its file in the checkout has it.
 * @throws UserError when there is no such file, or it is no YAML.
 */
export function readStack(stack: string): Readonly<Record<string, unknown>> {
  return readStackFile(join(checkout, `Pulumi.${stack}.yaml`), stack).config ?? {};
}

/** The configuration of the last run of a workplace. */
export function readCopy({ stackFile, stack }: Workplace): Readonly<Record<string, unknown>> {
  return existsSync(stackFile) ? (readStackFile(stackFile, stack).config ?? {}) : {};
}

function readStackFile(path: string, stack: string): StackFile {
  if (!existsSync(path)) {
    const stacks = readdirSync(checkout).flatMap(
      (name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [],
    );
    throw new UserError(
      `--stack ${stack}: there is no Pulumi.${stack}.yaml; choose one of ${stacks.toSorted().join(", ")}`,
    );
  }
  try {
    return (parse(readFileSync(path, "utf8")) as StackFile | null) ?? {};
  } catch (error) {
    throw new UserError(
      `Pulumi.${stack}.yaml: ${(error as Error).message.split("\n")[0]}; mend it`,
    );
  }
}

function withPlaceholders(value: unknown, path: string, replaced: string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => withPlaceholders(item, `${path}[${index}]`, replaced));
  }
  if (typeof value !== "object" || value === null) return value;
  if ("secure" in value && Object.keys(value).length === 1) {
    replaced.push(path);
    return `placeholder for ${path}`;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      withPlaceholders(item, path === "" ? key : `${path}.${key}`, replaced),
    ]),
  );
}

async function setApart(
  config: Record<string, unknown>,
  before: Record<string, unknown>,
  place: Workplace,
) {
  const earlier = servicesOf(before);
  for (const [name, { target, data }] of Object.entries(servicesOf(config))) {
    const port = earlier[name]?.target?.port;
    if (isMap(target) && target.port !== undefined) {
      const isOurs = port !== undefined && (isStanding(place) || (await isFree(port)));
      target.port = isOurs ? port : await freePort();
    }
    if (isMap(target) && target.kind !== "docker") target.protect = false;
    if (!isMap(data)) continue;
    data.volume = earlier[name]?.data?.volume ?? ownVolume(place, name);
    data.keep = false;
  }
}

/** Stacks of one name may be rehearsed in several checkouts at once. */
function ownVolume({ stack }: Workplace, service: string): string {
  return `slipway-rehearsal-${stack}-${service}-${randomBytes(4).toString("hex")}`;
}

/** Sets the stack's secrets that name a database; returns the paths of those. */
function tellDatabases(
  config: Record<string, unknown>,
  unknown: readonly UnknownDatabase[],
  databases: Urls,
): string[] {
  const secrets = { ...asMap(config["slipway:secrets"]) };
  const told = unknown.flatMap(({ service, secret }) => {
    if (secret === undefined || !(secret in secrets)) return [];
    secrets[secret] = databases[service];
    return [`slipway:secrets.${secret}`];
  });
  if (told.length > 0) config["slipway:secrets"] = secrets;
  return told;
}

/** What is no map is for the program to refuse. */
function servicesOf(config: Record<string, unknown>): Record<string, Service> {
  const services = Object.entries(asMap(config["slipway:services"]));
  const maps = services.filter(([, service]) => isMap(service));
  return Object.fromEntries(maps) as Record<string, Service>;
}
