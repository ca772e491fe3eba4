import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { type Commit, readCommit } from "./commit.ts";
import { incompatibility } from "./compatibility.ts";
import { type Config, readConfig, type ServiceConfig, type Source } from "./config.ts";
import { imageOf, releasedImage } from "./image.ts";
import { openRegistry } from "./registries/registry.ts";
import { provenRelease, type Release } from "./release.ts";
import { makeTarget } from "./targets/target.ts";

const root = join(import.meta.dirname, "..");

/** The corridor: every service of the stack goes from its commit to a URL that proves it. */
export default async function corridor(): Promise<Record<string, pulumi.Output<Release>>> {
  const config = readConfig();
  const services = Object.entries(config.services);
  const refusals = services.flatMap(([name, service]) => incompatibility(name, service) ?? []);
  if (refusals.length > 0) throw new pulumi.RunError(refusals.join("\n"));

  const docker = new Provider("docker", config.engineHost ? { host: config.engineHost } : {});
  const delivered = services.map(async ([name, service]) => [
    name,
    await deliver(name, service, config, docker),
  ]);
  return Object.fromEntries(await Promise.all(delivered));
}

async function deliver(name: string, service: ServiceConfig, config: Config, docker: Provider) {
  const parent = new pulumi.ComponentResource("slipway:index:Service", name);
  const registry = await openRegistry(name, service.registry);
  const commit = config.release
    ? { id: config.release, branch: "unknown", differences: [] }
    : commitOf(name, service, config.allowDirty);
  const image = config.release
    ? await releasedImage(name, registry, config.release)
    : await imageOf(name, { source: service.source, registry, commit, parent, docker });
  const env = environment(service, config.secrets);
  const { engineHost } = config;
  const target = await makeTarget(name, { image, service, env, docker, engineHost, parent });
  return provenRelease(name, { service, registry, commit, image, target, parent, config });
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
    Object.entries(env).map(([key, value]) => [
      key,
      typeof value === "string" ? value : secrets.apply((all) => all[value.secret] ?? ""),
    ]),
  );
}
