import { Service } from "@pulumi/gcp/projects/service.js";
import type { Provider } from "@pulumi/gcp/provider.js";
import type * as pulumi from "@pulumi/pulumi";

/** What releases and ground itself call. */
const needed = [
  "artifactregistry",
  "cloudresourcemanager",
  "iam",
  "iamcredentials",
  "monitoring",
  "run",
  "secretmanager",
  "sts",
] as const;

/** The enabled APIs; what needs one depends on it, because calling an API before it is on fails. */
export type Apis = Readonly<Record<(typeof needed)[number], Service>>;

/** What everything in a Google ground is made with. */
export interface GoogleOptions {
  readonly parent: pulumi.Resource;
  readonly google: Provider;
  readonly apis: Apis;
}

/** Enables the APIs of a project. A destroy leaves them on: somebody else may use them by then. */
export function enableApis(project: string, options: pulumi.CustomResourceOptions): Apis {
  const enabled = needed.map((name) => [
    name,
    new Service(
      name,
      { project, service: `${name}.googleapis.com`, disableOnDestroy: false },
      options,
    ),
  ]);
  return Object.fromEntries(enabled) as Apis;
}
