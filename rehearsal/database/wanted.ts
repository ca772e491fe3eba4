import { asMap } from "../as-map.ts";

/** A variable that names a database by what a rehearsal cannot read: a secret of the stack, or one that the cloud holds. */
export interface UnknownDatabase {
  readonly service: string;
  readonly target: Readonly<Record<string, unknown>>;
  /** The name of one of `slipway:secrets`. */
  readonly secret: string | undefined;
  /** A secret that the cloud holds. */
  readonly ref: string | undefined;
}

/** The services of a configuration whose `DATABASE_URL` is such a variable; each gets a database of the rehearsal's own. */
export function unknownDatabases(config: Readonly<Record<string, unknown>>): UnknownDatabase[] {
  const services = Object.entries(asMap(config["slipway:services"]));
  return services.flatMap(([service, given]) => {
    const { env, target } = asMap(given);
    const { secret, ref } = asMap(asMap(env).DATABASE_URL);
    if (typeof secret !== "string" && typeof ref !== "string") return [];
    // A name that is none is for the program to refuse.
    if (!/^[a-z][a-z0-9-]*$/.test(service)) return [];
    return [
      {
        service,
        target: asMap(target),
        secret: typeof secret === "string" ? secret : undefined,
        ref: typeof ref === "string" ? ref : undefined,
      },
    ];
  });
}
