import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

// A callback goes to whatever address a client names: never to this machine, its network, or the cloud's metadata.

/** Ranges of version 4 that are not the open internet's, by IANA's registry of special-purpose addresses. */
const SPECIAL = new BlockList();
for (const [address, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // Where Azure answers questions about a machine.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  SPECIAL.addSubnet(address, prefix, "ipv4");
}

/** Of version 6 all global addresses lie in one range; some of those lead to addresses of version 4, or nowhere. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet("2000::", 3, "ipv6");
for (const [address, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  SPECIAL.addSubnet(address, prefix, "ipv6");
}

/** Whether an address is one of the open internet. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !SPECIAL.check(address, "ipv4");
  return GLOBAL.check(address, "ipv6") && !SPECIAL.check(address, "ipv6");
}

/** How long the name of a host may take to be looked up, in milliseconds. */
const LOOKUP = 5_000;

/** The address may not be called, now or later. */
export class AddressRefused extends Error {
  override name = "AddressRefused";
}

/**
 * The address behind a URL's host, to connect to that one and no other.
 * @throws AddressRefused where any of the host's addresses is not one of the open internet.
 */
export async function publicAddress({ hostname }: URL): Promise<string> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const found = isIP(host) === 0 ? await inTime(lookup(host, { all: true })) : [{ address: host }];
  const refused = found.find(({ address }) => !isPublic(address));
  const [first] = found;
  if (refused !== undefined || first === undefined) {
    throw new AddressRefused(`${host} is not an address of the open internet`);
  }
  return first.address;
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("the host's name is not found in time")), LOOKUP).unref();
  });
  return Promise.race([answer, late]);
}
