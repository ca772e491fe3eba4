import type Docker from "dockerode";
import type { Properties } from "../values.ts";
import { blocks } from "./container-fields.ts";

// The networks that a container joins before it starts.

/** Leaves the default network and joins those of `networksAdvanced`, if there are any. */
export async function joinNetworks(
  docker: Docker,
  container: Docker.Container,
  { networksAdvanced }: Properties,
): Promise<void> {
  const networks = blocks(networksAdvanced);
  if (networks.length === 0) return;
  await docker
    .getNetwork("bridge")
    .disconnect({ Container: container.id })
    .catch((error: Error) => {
      if (!error.message.includes("is not connected to")) throw error;
    });
  for (const {
    name,
    aliases,
    ipv4Address,
    ipv6Address,
    macAddress,
    driverOpts,
    linkLocalIps,
    gwPriority,
  } of networks) {
    const address = {
      IPv4Address: ipv4Address,
      IPv6Address: ipv6Address,
      LinkLocalIPs: linkLocalIps,
    };
    const options = (Array.isArray(driverOpts) ? driverOpts : []).map((option) =>
      String(option).split(/=(.*)/s).slice(0, 2),
    );
    await docker.getNetwork(String(name)).connect({
      Container: container.id,
      EndpointConfig: {
        Aliases: aliases,
        IPAMConfig: address,
        MacAddress: macAddress,
        GwPriority: gwPriority,
        ...(options.length > 0 && { DriverOpts: Object.fromEntries(options) }),
      },
    } as never);
  }
}
