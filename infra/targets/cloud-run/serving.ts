import type { Service } from "@pulumi/gcp/cloudrunv2/service.js";
import * as pulumi from "@pulumi/pulumi";

/** What Cloud Run says of a service. */
export interface Serving {
  /** The revision that serves, as `projects/…/services/…/revisions/…`. */
  readonly revision: string;
  /** What the conditions say of it; empty where all is well. */
  readonly said: string;
}

export interface ServingArgs {
  readonly service: Service;
  /** What the service is to run, by digest. */
  readonly image: pulumi.Input<string>;
  /** Who has to be let in before. */
  readonly invokers: readonly pulumi.Resource[];
  /** Where to read more. */
  readonly advice: string;
}

/**
 * What serves, once the service is there and open to whom it should be. After a failed update the provider is content with the
 * same program, while what was there before serves.
 * @throws pulumi.RunError when that is so; not in a preview, which only knows what was.
 */
export function serving(
  name: string,
  { service, image, invokers, advice }: ServingArgs,
): pulumi.Output<Serving> {
  const { latestCreatedRevision, latestReadyRevision, template } = service;
  const said = pulumi.all([service.terminalConditions, service.conditions]).apply(messages);
  const open = pulumi.all(invokers.map(({ urn }) => urn));
  return pulumi
    .all([latestCreatedRevision, latestReadyRevision, said, image, template, open])
    .apply(([created, ready, said, wanted, { containers }]) => {
      if (pulumi.runtime.isDryRun()) return { revision: ready, said };
      if (created !== ready) {
        const instead = ready ? `${shortName(ready)} still serves` : "nothing serves";
        const why = said === "" ? "" : `, because: ${said}`;
        throw new pulumi.RunError(
          `${name}: revision ${shortName(created)} did not become ready and ${instead}${why}; ${advice}, mend it and deliver again, or try the same once more with SLIPWAY_RETRY=on`,
        );
      }
      const found = containers?.[0]?.image;
      if (found !== wanted) {
        throw new pulumi.RunError(
          `${name}: Cloud Run refused an earlier change and runs ${found}, not ${wanted}; deliver again`,
        );
      }
      return { revision: ready, said };
    });
}

/** The messages of the conditions on one line, each once. */
function messages(
  conditions: readonly (readonly { readonly message?: string }[] | undefined)[],
): string {
  const all = conditions.flatMap((some) => some ?? []).map(({ message = "" }) => message);
  const lines = all.map((message) => message.replace(/\s+/g, " ").trim());
  return [...new Set(lines)].filter(Boolean).join(" ").replace(/\.$/, "");
}

/** The last part of a revision's path. */
export function shortName(revision: string): string {
  return revision.slice(revision.lastIndexOf("/") + 1);
}
