import { Service } from "@pulumi/gcp/cloudrunv2/service.js";
import { ServiceIamMember } from "@pulumi/gcp/cloudrunv2/serviceIamMember.js";
import type { Provider } from "@pulumi/gcp/provider.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import * as pulumi from "@pulumi/pulumi";
import type { CloudRunConfig } from "../config/cloud-run.ts";
import { cloudName, serviceName } from "./cloud-run/cloud-name.ts";
import { identityToken } from "./cloud-run/identity-token.ts";
import { CloudRunMonitoring } from "./cloud-run/monitoring.ts";
import { type Serving, serving, shortName } from "./cloud-run/serving.ts";
import { template } from "./cloud-run/template.ts";
import { variables } from "./cloud-run/variables.ts";
import type { Target, TargetArgs } from "./target.ts";

/**
 * One service of Cloud Run with an identity of its own, which may read the service's secrets and nothing else, and with what
 * watches it. All traffic goes to the newest revision that is ready.
 */
export class CloudRunTarget extends pulumi.ComponentResource implements Target {
  readonly url: pulumi.Output<string>;
  readonly revision: pulumi.Output<string>;
  readonly identityToken?: pulumi.Output<string>;
  readonly #serving: pulumi.Output<Serving>;
  readonly #advice: string;

  constructor(name: string, config: CloudRunConfig, args: TargetArgs, google: Provider) {
    super("slipway:target:CloudRun", name, {}, { parent: args.parent });
    const own = { parent: this, provider: google };
    const { project, region, access, prover } = config;
    const id = serviceName(name);
    const advice = `read its log with gcloud run services logs read ${id} --project ${project} --region ${region} --limit 50`;
    const service = runningService(name, id, config, args, own);
    const invoker = access === "public" ? "allUsers" : prover && `serviceAccount:${prover}`;
    const invokers = invoker ? [admit(name, invoker, service, own)] : [];
    this.url = service.uri;
    this.#advice = advice;
    this.#serving = serving(name, { service, image: args.image, invokers, advice });
    this.revision = this.#serving.revision;
    if (prover) this.identityToken = identityToken(name, prover, this.url, own);
    const { url } = this;
    new CloudRunMonitoring(name, { config, url, service: id, region, advice }, own);
    this.registerOutputs({ url });
  }

  explain(revision: string): Promise<string> {
    return new Promise((resolve) => {
      this.#serving.apply(({ said }) => {
        const why = said === "" ? "" : `, and says: ${said}`;
        resolve(`Cloud Run serves revision ${shortName(revision)}${why}; ${this.#advice}`);
      });
    });
  }
}

/** The service by its name in the project, with its account and its secrets. */
function runningService(
  name: string,
  id: string,
  config: CloudRunConfig,
  args: TargetArgs,
  own: pulumi.CustomResourceOptions,
): Service {
  // https://cloud.google.com/iam/docs/service-accounts-create
  const accountId = cloudName(name, { least: 6, most: 30 });
  const account = new Account(name, { accountId, displayName: `Slipway: what ${id} runs as` }, own);
  const { envs, grants } = variables(name, { prefix: id, env: args.env, account }, own);
  return new Service(
    name,
    {
      name: id,
      location: config.region,
      deletionProtection: config.protect,
      invokerIamDisabled: config.access === "unchecked",
      template: template(config, { ...args, account: account.email, envs }),
      traffics: [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }],
    },
    // Named here, because the grants are no inputs of the service, whose first revision would find the secrets closed.
    { ...own, dependsOn: grants },
  );
}

/** Without the name the provider would make one up, and ask for a service that is not there. */
function admit(
  name: string,
  member: string,
  { name: service, location }: Service,
  own: pulumi.CustomResourceOptions,
): ServiceIamMember {
  const role = "roles/run.invoker";
  return new ServiceIamMember(name, { name: service, location, role, member }, own);
}
