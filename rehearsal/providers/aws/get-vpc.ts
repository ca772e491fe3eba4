import type { ProviderFunction } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { stableHex } from "./identifiers.ts";
import type { Session } from "./session.ts";

/** `ec2.getVpc`: the default network of the region, or one by its id, which is taken to exist. */
export function getVpc({ account, region }: Session): ProviderFunction {
  return async (args) => {
    const where = String(args.region ?? region);
    const isDefault = args.id === undefined;
    if (isDefault && args.default !== true) {
      throw new RuleError(
        "getVpc: the rehearsal knows no networks but the default one and those named by id; set default or id",
      );
    }
    const id = isDefault ? defaultVpc(account, where) : String(args.id);
    if (!/^vpc-[0-9a-f]{8,17}$/.test(id)) {
      throw new RuleError(`getVpc: no matching EC2 VPC found: "${id}" is no id of one; use vpc-…`);
    }
    return {
      id,
      arn: `arn:aws:ec2:${where}:${account}:vpc/${id}`,
      default: isDefault,
      cidrBlock: "172.31.0.0/16",
      cidrBlockAssociations: [],
      dhcpOptionsId: `dopt-${stableHex(id, 17)}`,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      enableNetworkAddressUsageMetrics: false,
      instanceTenancy: "default",
      ipv6AssociationId: "",
      ipv6CidrBlock: "",
      ipv6CidrBlockAssociations: [],
      mainRouteTableId: `rtb-${stableHex(id, 17)}`,
      ownerId: account,
      region: where,
      state: "available",
      tags: {},
    };
  };
}

function defaultVpc(account: string, region: string): string {
  return `vpc-${stableHex(`${account}/${region}`, 17)}`;
}
