import { Provider } from "@pulumi/aws/provider.js";

/** AWS in one account and region; credentials of any other account are refused. */
export function awsProvider(name: string, account: string, region: string): Provider {
  return new Provider(`aws-${name}`, { allowedAccountIds: [account], region: region });
}
