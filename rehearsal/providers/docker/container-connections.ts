import type Docker from "dockerode";
import { canonical, type Properties, type Value } from "../values.ts";
import { blocks } from "./container-fields.ts";

// The ports and networks of a container as the engine has them.

/** The ports in the order of before, so that only what has changed differs; a stopped container keeps them. */
export function portsOf(
  before: Value | undefined,
  found: Docker.ContainerInspectInfo,
  running: boolean,
  imported: boolean,
): Value | undefined {
  if (!running || (blocks(before).length === 0 && !imported)) return before;
  const bound = Object.entries(found.NetworkSettings.Ports ?? {}).flatMap(([key, bindings]) => {
    const [internal, protocol = "tcp"] = key.split("/");
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({
      internal: Number(internal),
      external: Number(HostPort),
      ip: HostIp,
      protocol,
    }));
  });
  const order = blocks(before).map(({ internal, protocol, ip }) =>
    canonical({ internal, protocol, ip } as Properties),
  );
  const rank = ({ internal, protocol, ip }: Properties) => {
    const index = order.indexOf(canonical({ internal, protocol, ip } as Properties));
    return index < 0 ? order.length : index;
  };
  return bound.sort((left, right) => rank(left) - rank(right));
}

/** In no order that a program could rely on, as the real provider gives them. */
export function networksOf({ NetworkSettings }: Docker.ContainerInspectInfo): Properties[] {
  const networks = Object.entries(NetworkSettings.Networks ?? {}).map(([networkName, network]) => ({
    networkName,
    ipAddress: network.IPAddress,
    ipPrefixLength: network.IPPrefixLen,
    gateway: network.Gateway,
    globalIpv6Address: network.GlobalIPv6Address,
    globalIpv6PrefixLength: network.GlobalIPv6PrefixLen,
    ipv6Gateway: network.IPv6Gateway,
    macAddress: network.MacAddress,
  }));
  return networks
    .map((network) => ({ network, at: Math.random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ network }) => network);
}
