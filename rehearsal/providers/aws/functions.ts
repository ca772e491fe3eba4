import type { ProviderFunction } from "../provider.ts";
import { getAuthorizationToken } from "./get-authorization-token.ts";
import { getResources } from "./get-resources.ts";
import { getSolutionStack } from "./get-solution-stack.ts";
import { getSubnets } from "./get-subnets.ts";
import { getVpc } from "./get-vpc.ts";
import type { Session } from "./session.ts";

/** The functions of one configuration of the provider, by their tokens. */
export function functionsOf(session: Session): { readonly [token: string]: ProviderFunction } {
  const { account, region } = session;
  const host = (name: unknown) => `ec2.${name}.amazonaws.com`;
  return {
    "aws:ec2/getSubnets:getSubnets": getSubnets(session),
    "aws:ec2/getVpc:getVpc": getVpc(session),
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": getAuthorizationToken(session),
    "aws:elasticbeanstalk/getSolutionStack:getSolutionStack": getSolutionStack(session),
    "aws:index/getCallerIdentity:getCallerIdentity": async () => ({
      accountId: account,
      arn: `arn:aws:iam::${account}:user/rehearsal`,
      userId: "AIDAREHEARSAL00000000",
      id: account,
    }),
    "aws:index/getPartition:getPartition": async () => ({
      partition: "aws",
      dnsSuffix: "amazonaws.com",
      reverseDnsPrefix: "com.amazonaws",
      id: "aws",
    }),
    "aws:resourcegroupstaggingapi/getResources:getResources": getResources(session),
    "aws:index/getRegion:getRegion": async (args) => {
      const name = String(args.region ?? args.name ?? region);
      return {
        region: name,
        name,
        id: name,
        description: `Region (${name})`,
        endpoint: host(name),
      };
    },
  };
}
