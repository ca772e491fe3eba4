import type Docker from "dockerode";
import { bridgedType } from "../bridge/bridged-type.ts";
import { block, flag, map, type Schema, set, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { blocks, labelsOf } from "./container-fields.ts";
import { retryWhile } from "./retry.ts";
import type { Session } from "./session.ts";

// `docker.Network`: a network of the engine.

const replaces = { replaces: true } as const;
const filledIn = { replaces: true, computed: true } as const;

const schema: Schema = {
  name: text(replaces),
  attachable: flag(replaces),
  driver: text(filledIn),
  ingress: flag(replaces),
  internal: flag(filledIn),
  ipamConfigs: set(
    block({ subnet: text(), gateway: text(), ipRange: text(), auxAddress: map() }),
    filledIn,
  ),
  ipamDriver: text({ default: "default", replaces: true }),
  ipamOptions: map(filledIn),
  ipv6: flag(replaces),
  labels: set(
    block({ label: text({ required: true }), value: text({ required: true }) }),
    replaces,
  ),
  options: map(filledIn),
  scope: text({ output: true }),
};

/** Makes the type for one configuration of the provider. */
export function networkType({ docker }: Session): ResourceType {
  const read = async (id: string, state: Properties): Promise<Properties | undefined> => {
    const found: Docker.NetworkInspectInfo | undefined = await docker
      .getNetwork(id)
      .inspect()
      .catch(() => undefined);
    return found && stateOf(state, found);
  };
  return bridgedType({
    schema,
    autonamed: true,
    importable: true,
    deleteBeforeReplace: "explicit name",
    async create(planned) {
      const { id } = await docker.createNetwork(networkOptions(planned));
      return { id, state: (await read(id, planned)) ?? planned };
    },
    read,
    delete: (id, _state, call) =>
      retryWhile("has active endpoints", call.signal, async () => {
        await docker.getNetwork(id).remove();
      }),
  });
}

function networkOptions(planned: Properties): Docker.NetworkCreateOptions {
  return {
    Name: String(planned.name),
    CheckDuplicate: true,
    Driver: planned.driver ? String(planned.driver) : "bridge",
    Internal: planned.internal === true,
    Attachable: planned.attachable === true,
    Ingress: planned.ingress === true,
    EnableIPv6: planned.ipv6 === true,
    Options: texts(planned.options),
    Labels: labelsOf(planned.labels),
    IPAM: {
      Driver: String(planned.ipamDriver),
      Options: texts(planned.ipamOptions),
      Config: blocks(planned.ipamConfigs).map(({ subnet, gateway, ipRange, auxAddress }) =>
        texts({
          ...(subnet && { Subnet: subnet }),
          ...(gateway && { Gateway: gateway }),
          ...(ipRange && { IPRange: ipRange }),
          ...(auxAddress && { AuxiliaryAddresses: auxAddress }),
        }),
      ),
    },
  };
}

function texts(map: unknown): Record<string, string> {
  return (map ?? {}) as Record<string, string>;
}

function stateOf(state: Properties, found: Docker.NetworkInspectInfo): Properties {
  const ipam = found.IPAM as
    | { Options?: Record<string, string>; Config?: Record<string, string>[] }
    | undefined;
  const configs = (ipam?.Config ?? []).map(({ Subnet, Gateway, IPRange }) => ({
    ...(Subnet && { subnet: Subnet }),
    ...(Gateway && { gateway: Gateway }),
    ...(IPRange && { ipRange: IPRange }),
  }));
  return {
    ...state,
    name: found.Name,
    driver: found.Driver,
    scope: found.Scope,
    internal: found.Internal,
    attachable: found.Attachable,
    ingress: found.Ingress,
    ipv6: found.EnableIPv6,
    options: found.Options ?? {},
    ipamOptions: ipam?.Options ?? {},
    ipamConfigs: configs,
  };
}
