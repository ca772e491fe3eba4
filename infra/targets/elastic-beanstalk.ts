import type { Environment } from "@pulumi/aws/elasticbeanstalk/environment.js";
import type { Provider } from "@pulumi/aws/provider.js";
import { Record as DnsRecord } from "@pulumi/aws/route53/record.js";
import * as pulumi from "@pulumi/pulumi";
import type { ElasticBeanstalkConfig } from "../config/elastic-beanstalk.ts";
import { adoptEnvironment, makeEnvironment } from "./elastic-beanstalk/environment.ts";
import { environmentName } from "./elastic-beanstalk/environment-name.ts";
import { findEnvironment } from "./elastic-beanstalk/find-environment.ts";
import { makeLogin } from "./elastic-beanstalk/login.ts";
import { keepOwnEnvironment } from "./elastic-beanstalk/own-environment.ts";
import type { Place } from "./elastic-beanstalk/place.ts";
import { makeVariables } from "./elastic-beanstalk/variables.ts";
import { makeVersion } from "./elastic-beanstalk/version.ts";
import type { Target, TargetArgs } from "./target.ts";

/**
 * One environment of Elastic Beanstalk on Docker and Amazon Linux 2023, in an application that outlives it, and a version of
 * the application for each release. An environment that exists is imported as it is: it gets new versions, stays what it is
 * otherwise, and outlives the stack; its own instance profile has to be able to pull the image.
 */
export class ElasticBeanstalkTarget extends pulumi.ComponentResource implements Target {
  readonly url: pulumi.Output<string>;
  readonly revision: pulumi.Output<string>;
  readonly #environment: string;
  readonly #region: string;

  /** Makes the target; a preview, too, asks AWS for the environment that is to be adopted. */
  static async make(
    name: string,
    config: ElasticBeanstalkConfig,
    args: TargetArgs,
    aws: Provider,
  ): Promise<ElasticBeanstalkTarget> {
    await keepOwnEnvironment(name, config);
    const adopted = await findEnvironment(name, config, aws);
    return new ElasticBeanstalkTarget(name, config, args, aws, adopted);
  }

  /** @param adopted the id of the environment that `config.environment` names. */
  constructor(
    name: string,
    config: ElasticBeanstalkConfig,
    args: TargetArgs,
    aws: Provider,
    adopted?: string,
  ) {
    super("slipway:target:ElasticBeanstalk", name, {}, { parent: args.parent });
    this.#environment = environmentName(name, config);
    this.#region = config.region;
    const place = { parent: this, provider: aws };
    const login = makeLogin(name, config, args.registry, place);
    const variables = makeVariables(name, this.#environment, args.env, place);
    const { image, commit, attempt } = args;
    const release = { image, commit, attempt, login, secretVersions: variables.versions };
    const version = makeVersion(name, config, release, place).name;
    const parts = { version, login, variables, pullsFromEcr: args.service.registry.kind === "ecr" };
    const environment = adopted
      ? adoptEnvironment(name, config, version, adopted, place)
      : makeEnvironment(name, config, parts, place);
    const record = makeRecord(name, config, environment, place);

    this.url = config.domain
      ? pulumi.output(`https://${config.domain.name}`)
      : pulumi.interpolate`http://${environment.cname}`;
    this.revision = pulumi
      .all([environment.version, version, record?.id])
      .apply(([running, wanted]) => this.#deployed(name, running, wanted));
    // What was wanted, because a failed comparison would be told a second time, as an output that cannot be written.
    this.registerOutputs({ url: this.url, revision: version });
  }

  async explain(revision: string): Promise<string> {
    return [
      `Elastic Beanstalk says that the environment ${this.#environment} runs the version ${revision}, whatever its health; what happened there:`,
      `    ${this.#events()}`,
      `    aws logs tail /aws/elasticbeanstalk/${this.#environment}/var/log/eb-docker/containers/eb-current-app/stdouterr.log --region ${this.#region}`,
    ].join("\n  ");
  }

  /** Elastic Beanstalk calls a deployment that it rolled back a success; only the label tells. */
  #deployed(name: string, running: string, wanted: string): string {
    if (running === wanted || pulumi.runtime.isDryRun()) return wanted;
    throw new pulumi.RunError(
      `${name}: Elastic Beanstalk took the version ${wanted} back and runs ${running || "none"} in the environment ${this.#environment}; see why with ${this.#events()}, mend the app and deliver again`,
    );
  }

  #events(): string {
    return `aws elasticbeanstalk describe-events --region ${this.#region} --environment-name ${this.#environment} --max-items 20`;
  }
}

/** The domain leads to the environment's own name, which stays when its load balancer does not. */
function makeRecord(
  name: string,
  { domain }: ElasticBeanstalkConfig,
  environment: Environment,
  place: Place,
): DnsRecord | undefined {
  if (domain?.zone === undefined) return undefined;
  return new DnsRecord(
    name,
    {
      zoneId: domain.zone,
      name: domain.name,
      type: "CNAME",
      ttl: 60,
      records: [environment.cname],
    },
    place,
  );
}
