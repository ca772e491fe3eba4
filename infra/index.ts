import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { attemptAt, lastAttempt } from "./attempt.ts";
import { type Commit, readCommit } from "./commit.ts";
import { incompatibilities } from "./compatibility.ts";
import type { ServiceConfig, Source, Variable } from "./config/schema.ts";
import { type Config, readConfig } from "./config.ts";
import { type Delivered, followedByTags } from "./follow-tags.ts";
import { imageOf, releasedImage } from "./image.ts";
import { formatReference, parseReference } from "./image-reference.ts";
import { Providers } from "./providers.ts";
import { openRegistry, type Registry } from "./registries/registry.ts";
import { provenRelease } from "./release.ts";
import { type EnvironmentValue, makeTarget } from "./targets/target.ts";

const root = join(import.meta.dirname, "..");

/** The corridor: every service of the stack goes from its commit to a URL that proves it. A stack of ground makes that instead. */
export default async function corridor(): Promise<Record<string, pulumi.Output<unknown>>> {
  const config = readConfig();
  const services = Object.entries(config.services);
  const refusals = services.flatMap(([name, service]) => incompatibilities(name, service));
  if (refusals.length > 0) throw new pulumi.RunError(refusals.join("\n"));

  const providers = new Providers(config);
  if (config.ground) {
    const { makeGround } = await import("./ground/ground.ts");
    return makeGround(config.ground, { providers, secrets: config.secrets });
  }
  const delivered = services.map(([name, service]) => deliver(name, service, config, providers));
  return followedByTags(await Promise.all(delivered), config);
}

async function deliver(
  name: string,
  service: ServiceConfig,
  config: Config,
  providers: Providers,
): Promise<Delivered> {
  const parent = new Service(name);
  const { logins, secret, engineHost } = config;
  const registry = await openRegistry(name, service.registry, { logins, secret, providers });
  const earlier = config.release(name);
  const commit: Commit = earlier
    ? { id: earlier, branch: "unknown", differences: [] }
    : commitOf(name, service, config.allowDirty);
  const { source } = service;
  const [image, last] = await Promise.all([
    earlier
      ? releasedImage(name, registry, earlier)
      : imageOf(name, { source, registry, commit, parent, docker: providers.docker }),
    lastAttempt(name),
  ]);
  const attempt = image.apply((reference) => attemptAt(reference, last, config.retries));
  parent.record({ image, attempt });
  const target = await makeTarget(name, {
    image: pulledFrom(registry, image),
    commit: commit.id,
    attempt,
    service,
    registry,
    env: environment(service, config.secrets),
    providers,
    engineHost,
    parent,
  });
  const release = provenRelease(name, { service, commit, image, target, parent, config });
  return { name, release, registry, commit, parent };
}

/** Where the state says what was tried last, proven or not. */
class Service extends pulumi.ComponentResource {
  constructor(name: string) {
    super("slipway:index:Service", name);
  }

  /** Never over: Pulumi would then register that there are no outputs, and take none any more. */
  protected override initialize(): Promise<never> {
    return new Promise(() => {});
  }

  /** To be called before the target is made, so that it is recorded although the target fails. */
  record(attempt: { image: pulumi.Output<string>; attempt: pulumi.Output<number> }): void {
    this.registerOutputs(attempt);
  }
}

function pulledFrom({ pulledAs }: Registry, image: pulumi.Output<string>): pulumi.Output<string> {
  if (pulledAs === undefined) return image;
  return image.apply((reference) =>
    formatReference({ ...parseReference(reference), repository: pulledAs }),
  );
}

/** Said here, because the docker provider would name a path that stands in no stack file. */
function checkDockerfile(name: string, { context, dockerfile }: Source): void {
  if (!existsSync(join(root, context))) {
    throw new pulumi.RunError(
      `slipway:services.${name}.source.context: there is no folder ${context} in the checkout; name the one with the app`,
    );
  }
  const path = dockerfile ?? posix.join(context, "Dockerfile");
  if (existsSync(join(root, path))) return;
  throw new pulumi.RunError(
    `slipway:services.${name}.source: there is no ${path} in the checkout; add it, or name another with dockerfile`,
  );
}

/** The commit of a service's build context; a context that differs from it is said aloud, or refused. */
function commitOf(name: string, { source }: ServiceConfig, allowDirty: boolean): Commit {
  checkDockerfile(name, source);
  const { dockerfile } = source;
  const commit = readCommit(
    join(root, source.context),
    dockerfile ? { dockerfile: join(root, dockerfile) } : {},
  );
  const { differences } = commit;
  if (differences.length === 0) return commit;
  const files = differences.length === 1 ? "1 file differs" : `${differences.length} files differ`;
  const some = differences.slice(0, 5).join(", ") + (differences.length > 5 ? ", …" : "");
  const what = `${name}: ${files} from the commit in ${source.context} (${some})`;
  if (!allowDirty) {
    throw new pulumi.RunError(
      `${what}; commit the change, or set slipway:allowDirty in this stack`,
    );
  }
  pulumi.log.warn(`${what}; this delivers ${commit.id}`);
  return commit;
}

function environment({ env }: ServiceConfig, secrets: Config["secrets"]) {
  return Object.fromEntries(
    Object.entries(env).map(([key, value]) => [key, variable(value, secrets)]),
  );
}

function variable(value: Variable, secrets: Config["secrets"]): EnvironmentValue {
  if (typeof value === "string") return { plain: value };
  if ("ref" in value) return value;
  return { secret: secrets.apply((all) => all[value.secret] ?? "") };
}
