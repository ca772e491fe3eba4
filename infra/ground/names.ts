// The names on which ground and releases agree, although neither knows the other.

/** The bucket that holds the bundles of Elastic Beanstalk; unique in the world by the account and the region in it. */
export function bundleBucket(account: string, region: string): string {
  return `slipway-bundles-${account}-${region}`;
}

/** The path of every role and instance profile that a release makes, so that a policy can allow just these. */
export const rolePath = "/slipway/";

/** What the names of the secrets (before a slash) and of the alarms (before a hyphen) of a release begin with, likewise. */
export const namePrefix = "slipway";
