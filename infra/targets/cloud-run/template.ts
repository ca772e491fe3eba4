import type { cloudrunv2 } from "@pulumi/gcp/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import type { CloudRunConfig } from "../../config/cloud-run.ts";
import type { TargetArgs } from "../target.ts";

export interface TemplateArgs extends Pick<TargetArgs, "image" | "commit" | "attempt"> {
  /** The e-mail of the service account that it runs as. */
  readonly account: pulumi.Input<string>;
  readonly envs: cloudrunv2.ServiceTemplateContainerEnv[];
}

/**
 * What a revision is made of. The commit and the attempt make a new revision of what is the same otherwise; the name of
 * the revision is left to the platform, which refuses one that was used before.
 */
export function template(
  config: CloudRunConfig,
  { image, commit, attempt, account, envs }: TemplateArgs,
): cloudrunv2.ServiceTemplate {
  const { path, startup } = config.health;
  return {
    serviceAccount: account,
    labels: { "slipway-commit": commit },
    annotations: { "slipway-attempt": pulumi.interpolate`${attempt}` },
    maxInstanceRequestConcurrency: config.concurrency,
    timeout: `${config.timeout}s`,
    scaling: { minInstanceCount: config.instances.min, maxInstanceCount: config.instances.max },
    containers: [
      {
        image,
        ports: { containerPort: config.containerPort },
        envs,
        resources: {
          limits: { cpu: cores(config.cpu), memory: `${config.memory}Mi` },
          // Left out, resources of one's own mean a processor that is paid for between requests too.
          cpuIdle: true,
        },
        startupProbe: { httpGet: { path }, ...startupRhythm(startup) },
        livenessProbe: {
          httpGet: { path },
          periodSeconds: 10,
          timeoutSeconds: 5,
          failureThreshold: 3,
        },
      },
    ],
  };
}

function cores(cpu: number): string {
  return cpu < 1 ? `${Math.round(cpu * 1_000)}m` : String(cpu);
}

/**
 * Asks about 60 times however long it takes, because every start waits for the next time that it is asked; so more time for the
 * start is also more for each answer. Together never more than the 240 seconds that Cloud Run allows, since 60 × 4 is that.
 */
function startupRhythm(seconds: number) {
  const period = Math.ceil(seconds / 60);
  return {
    periodSeconds: period,
    timeoutSeconds: period,
    failureThreshold: Math.ceil(seconds / period),
  };
}
