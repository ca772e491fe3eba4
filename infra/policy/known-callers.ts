import { listOf, mapOf, textOf } from "./rule.ts";

/**
 * Whether the condition of a statement of AWS keeps it to callers that it names, whoever its principal is. Most keys do not: a
 * caller chooses its user agent and its referer. One key that does is enough, since all have to hold.
 * @param condition as it stands in the policy, by operator and key.
 */
export function keepsToKnown(condition: unknown): boolean {
  return Object.entries(mapOf(condition)).some(
    ([operator, keys]) =>
      compares.test(operator) &&
      Object.entries(mapOf(keys)).some(([key, value]) => {
        const isKnown = callers.get(key.toLowerCase());
        const values = Array.isArray(value) ? listOf(value) : [value];
        return isKnown !== undefined && values.length > 0 && values.map(textOf).every(isKnown);
      }),
  );
}

/** Operators that a request without the key does not meet; `…IfExists`, `ForAllValues:` and `…Not…` are met by it. */
const compares =
  /^(?:ForAnyValue:)?(?:String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like)|IpAddress)$/i;

/**
 * By which keys S3 takes a policy for one that is not public, and what their values have to be then:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
const callers = new Map<string, (value: string) => boolean>(
  Object.entries({
    "aws:principalaccount": isFixed,
    "aws:principalarn": isOfOneAccount,
    "aws:principalorgid": isFixed,
    "aws:principalorgpaths": beginsFixed,
    "aws:sourceaccount": isFixed,
    "aws:sourcearn": isOfOneAccount,
    "aws:sourceip": isFewAddresses,
    "aws:sourceorgid": isFixed,
    "aws:sourceowner": isFixed,
    "aws:sourcevpc": isFixed,
    "aws:sourcevpce": isFixed,
    "aws:userid": beginsFixed,
    "s3:dataaccesspointaccount": isFixed,
    "s3:dataaccesspointarn": isOfOneAccount,
  }),
);

/** Without a wildcard or a variable of the policy. */
function isFixed(value: string): boolean {
  return /^[^*?$]+$/.test(value);
}

/** `AROAEXAMPLE:*`, `o-example/*`: what comes before its first part's end is fixed. */
function beginsFixed(value: string): boolean {
  return /^[^*?$:/]+(?:[:/]|$)/.test(value);
}

/** A bucket's ARN names no account; then its name has to be fixed. */
function isOfOneAccount(arn: string): boolean {
  const [, , service = "", , account = "", resource = ""] = arn.split(":");
  if (!isFixed(service)) return false;
  return account === "" ? beginsFixed(resource) : isFixed(account);
}

/** A range that is wider is nearly everybody. */
function isFewAddresses(range: string): boolean {
  const [address = "", bits] = range.split("/");
  if (!isFixed(address)) return false;
  return bits === undefined || Number(bits) >= (address.includes(":") ? 32 : 8);
}
