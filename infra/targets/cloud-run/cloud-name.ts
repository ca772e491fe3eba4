import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/**
 * The name that a service of this stack has in its Google project, where other stacks may have one of the same name:
 * `web-staging`. What does not fit, or had to be altered, ends in a hash of the whole.
 * @param bounds how many characters there may be; letters, digits and - are all that Google takes here.
 */
export function cloudName(
  service: string,
  { least, most }: { readonly least: number; readonly most: number },
  stack = pulumi.getStack(),
): string {
  const whole = `${service}-${stack}`;
  const fits = /^[a-z][a-z0-9-]*[a-z0-9]$/.test(whole);
  if (fits && whole.length >= least && whole.length <= most) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 6);
  const stem = whole.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${stem.slice(0, most - 7).replace(/-+$/, "")}-${hash}`;
}

/** The name of a service of Cloud Run, of fewer than 50 characters: https://cloud.google.com/run/docs/deploying. */
export function serviceName(service: string, stack?: string): string {
  return cloudName(service, { least: 1, most: 49 }, stack);
}
