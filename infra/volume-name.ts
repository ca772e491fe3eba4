import * as pulumi from "@pulumi/pulumi";

/** The volume of a service's data where the stack file names none. */
export function volumeName(service: string): string {
  return `${pulumi.getProject()}-${pulumi.getStack()}-${service}`;
}
