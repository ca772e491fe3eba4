import { dropRoute, routeOf, setRoute } from "../../cloud/routes.ts";
import { block, flag, list, set, text, whole } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { like, oneOf } from "./forms.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

/** `route53.Record`; a name that leads to an environment is answered by it. */
export function recordSetType(session: Session): ResourceType {
  const { cloud } = session;
  return recordType(session, {
    kind: "aws/record",
    global: true,
    schema: {
      zoneId: text({
        required: true,
        replaces: true,
        refuses: like(
          /^(?:\/hostedzone\/)?Z[A-Z0-9]{1,31}$/,
          "the id of a hosted zone, such as Z1D633PJN98FT9",
        ),
      }),
      name: text({ required: true, replaces: true }),
      type: text({ required: true, replaces: true, refuses: oneOf(...types) }),
      ttl: whole(),
      records: set(text()),
      aliases: list(
        block({
          name: text({ required: true }),
          zoneId: text({ required: true }),
          evaluateTargetHealth: flag({ required: true }),
        }),
      ),
      allowOverwrite: flag({ computed: true }),
      setIdentifier: text(),
      healthCheckId: text(),
      fqdn: text({ output: true }),
    },
    check: ({ ttl, records, aliases }) => {
      const isAlias = Array.isArray(aliases) && aliases.length > 0;
      const isPlain = records !== undefined && ttl !== undefined;
      return isAlias === (records !== undefined || ttl !== undefined) || isAlias === isPlain
        ? [{ property: "records", reason: "give either records with a ttl, or aliases" }]
        : [];
    },
    place: placeOf,
    taken: ({ name, type }) =>
      `InvalidChangeBatch: there is a record ${name} of the type ${type} already; remove it, or choose another name`,
    made(planned) {
      lead(session, planned);
      return { id: placeOf(planned), outputs: { fqdn: String(planned.name).replace(/\.$/, "") } };
    },
    updated(planned) {
      lead(session, planned);
      return {};
    },
    remove: ({ name }) => dropRoute(cloud, String(name).replace(/\.$/, "")),
  });
}

/** The names of the outside that lead to a host. */
export function namesOf({ cloud }: Session, host: string): string[] {
  return cloud
    .list<Properties>("aws/record")
    .filter(({ value }) => targetsOf(value).includes(host))
    .map(({ value }) => String(value.name).replace(/\.$/, ""));
}

const types = ["A", "AAAA", "CNAME", "CAA", "MX", "NS", "PTR", "SOA", "SPF", "SRV", "TXT"];

function placeOf({ zoneId, name, type, setIdentifier }: Properties): string {
  return [String(zoneId).replace("/hostedzone/", ""), name, type, setIdentifier]
    .filter((part) => part !== undefined)
    .join("_");
}

function targetsOf({ records, aliases }: Properties): string[] {
  const named = ((aliases as Properties[] | undefined) ?? []).map(({ name }) => String(name));
  return [...named, ...((records as string[] | undefined) ?? [])].map((name) =>
    name.toLowerCase().replace(/^dualstack\.|\.$/g, ""),
  );
}

function lead({ cloud }: Session, planned: Properties): void {
  for (const target of targetsOf(planned)) {
    const route = routeOf(cloud, target);
    if (route) setRoute(cloud, String(planned.name).replace(/\.$/, ""), route);
  }
}
