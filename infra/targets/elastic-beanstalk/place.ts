import type { Provider } from "@pulumi/aws/provider.js";
import * as pulumi from "@pulumi/pulumi";

/** Where the parts of a target are made: below it, by its provider. */
export interface Place {
  readonly parent: pulumi.Resource;
  readonly provider: Provider;
}

/** The folder of a service in ground's bucket, which the stacks of an account share. */
export function folder(name: string): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
}
