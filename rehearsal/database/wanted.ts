import { asMap } from "../as-map.ts";

/** A `DATABASE_URL` whose value a rehearsal cannot know: a secret of the stack, or one that the cloud holds. */
export interface UnknownDatabase {
  readonly service: string;
  readonly target: Readonly<Record<string, unknown>>;
  /** The name of one of `slipway:secrets`. */
  readonly secret?: string;
  /** A secret that the cloud holds. */
  readonly ref?: string;
  /** The service after which the database is named: the first of those that have it from the same place. */
  readonly database: string;
}

/** The services of a configuration that have such a variable. */
export function unknownDatabases(config: Readonly<Record<string, unknown>>): UnknownDatabase[] {
  const first = new Map<string, string>();
  return Object.entries(asMap(config["slipway:services"])).flatMap(([service, given]) => {
    const { env, ...parts } = asMap(given);
    const target = asMap(parts.target);
    const { secret, ref } = asMap(asMap(env).DATABASE_URL);
    // A name that is none is for the program to refuse.
    if (!/^[a-z][a-z0-9-]*$/.test(service)) return [];
    if (typeof secret !== "string" && typeof ref !== "string") return [];
    const from = typeof secret === "string" ? { secret } : { ref: String(ref) };
    const place = JSON.stringify([from, ref && target.kind]);
    const database = first.get(place) ?? service;
    first.set(place, database);
    return [{ service, target, ...from, database }];
  });
}
