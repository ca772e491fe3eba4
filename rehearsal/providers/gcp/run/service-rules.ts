import { RuleError } from "../../rule-error.ts";
import { isProperties, type Properties, type Value } from "../../values.ts";
import { apiError } from "../api-error.ts";
import { imageHostRefusal } from "./image-host.ts";
import { refuseProbes } from "./probe-rules.ts";
import { refuseResources, resourcesOf } from "./resource-rules.ts";

// What Cloud Run's API refuses of a service before it makes a revision.

/** Throws the first refusal of a service with everything filled in. */
export function refuseService(spec: Properties): void {
  const template = spec.template as Properties;
  const containers = containersOf(template);
  refuseName(String(spec.name));
  if (String(spec.description ?? "").length > 512) {
    throw apiError(400, "description: may have at most 512 characters");
  }
  refuseKeys("labels", spec.effectiveLabels);
  refuseKeys("annotations", spec.annotations);
  refuseKeys("template.labels", template.labels);
  refuseKeys("template.annotations", template.annotations);
  if (containers.length === 0) throw apiError(400, "template.containers: at least one is required");
  if (containers.filter(({ ports }) => isProperties(ports)).length > 1) {
    throw apiError(400, "template.containers: only one may have ports");
  }
  if (containers.length > 1) {
    throw new RuleError("template.containers: a second one has no stand-in; rehearse with one");
  }
  refuseTemplate(template, containers);
  for (const container of containers) refuseContainer(container);
  refuseRevisionName(String(spec.name), template.revision);
}

/** The containers of a template. */
export function containersOf(template: Properties): Properties[] {
  return Array.isArray(template.containers) ? template.containers.filter(isProperties) : [];
}

function refuseName(name: string): void {
  if (/^[a-z](?:[a-z0-9-]{0,47}[a-z0-9])?$/.test(name)) return;
  throw apiError(
    400,
    `Invalid Service ID "${name}": use fewer than 50 lower-case letters, digits and -, beginning with a letter and not ending with -`,
  );
}

/** Prefixes that are the platform's own. */
const RESERVED =
  /^(?:[\w.-]+\.)?(?:run\.googleapis\.com|cloud\.googleapis\.com|serving\.knative\.dev|autoscaling\.knative\.dev)\//;

function refuseKeys(where: string, keys: Value | undefined): void {
  const found = Object.keys(isProperties(keys) ? keys : {}).find((key) => RESERVED.test(key));
  if (found) throw apiError(400, `${where}: "${found}" is in a namespace of the system's own`);
}

function refuseTemplate(template: Properties, containers: readonly Properties[]): void {
  const { timeout, maxInstanceRequestConcurrency: concurrency, scaling } = template;
  if (Number.parseFloat(String(timeout)) > 3_600) {
    throw apiError(400, `template.timeout: may be at most 3600s, unlike ${timeout}`);
  }
  if (Number(concurrency) < 1 || Number(concurrency) > 1_000) {
    throw apiError(
      400,
      `max_instance_request_concurrency must be 1 to 1000, unlike ${concurrency}`,
    );
  }
  const { minInstanceCount: min = 0, maxInstanceCount: max = 1_000 } = isProperties(scaling)
    ? scaling
    : {};
  if (Number(min) > Number(max)) {
    throw apiError(400, `min_instance_count ${min} must not exceed max_instance_count ${max}`);
  }
  if (Number(max) > 1_000) {
    throw apiError(400, `maxScale may not exceed 1000, unlike ${max}`);
  }
  const all = containers.map((each) => resourcesOf(limitsOf(each)));
  const cpu = all.reduce((sum, each) => sum + each.cpu, 0);
  const isGen2 = template.executionEnvironment === "EXECUTION_ENVIRONMENT_GEN2";
  for (const each of all) refuseResources(each, isGen2);
  if (cpu < 1) refuseSmall(template, containers, isGen2);
}

function refuseSmall(template: Properties, containers: readonly Properties[], isGen2: boolean) {
  const concurrency = template.maxInstanceRequestConcurrency;
  if (concurrency !== undefined && Number(concurrency) > 1) {
    throw apiError(400, `Total cpu < 1 is not supported with concurrency > 1, here ${concurrency}`);
  }
  if (containers.some(({ resources }) => isProperties(resources) && resources.cpuIdle === false)) {
    throw apiError(400, "Total cpu < 1 is not supported with cpuIdle false; set it to true");
  }
  if (isGen2) throw apiError(400, "Total cpu < 1 is not supported in EXECUTION_ENVIRONMENT_GEN2");
}

function refuseContainer(container: Properties): void {
  const { ports, envs } = container;
  if (isProperties(ports)) {
    const { containerPort: port, name } = ports;
    if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
      throw apiError(400, `container_port must be 1 to 65535, unlike ${port}`);
    }
    if (name && !["http1", "h2c"].includes(String(name))) {
      throw apiError(400, `ports.name must be http1 or h2c, unlike "${name}"`);
    }
  }
  refuseEnvs(Array.isArray(envs) ? envs.filter(isProperties) : []);
  refuseProbes(container);
  const refusal = imageHostRefusal(String(container.image));
  if (refusal) throw apiError(400, refusal);
}

function refuseEnvs(envs: readonly Properties[]): void {
  if (envs.length > 1_000)
    throw apiError(400, `env: ${envs.length} variables, and 1000 are allowed`);
  for (const { name, value, valueSource } of envs) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(String(name))) {
      throw apiError(400, `env: "${name}" is no name for a variable (C identifier)`);
    }
    if (name === "PORT" || String(name).startsWith("K_")) {
      throw apiError(400, `The following reserved env names were provided: ${name}`);
    }
    if (value && valueSource) throw apiError(400, `env ${name}: has both value and valueSource`);
    if (Buffer.byteLength(String(value ?? "")) > 32 * 1_024) {
      throw apiError(400, `env ${name}: its value may have at most 32 KiB`);
    }
  }
}

function refuseRevisionName(service: string, revision: Value | undefined): void {
  if (!revision) return;
  const name = String(revision);
  const isGood = name.startsWith(`${service}-`) && /^[a-z0-9-]{1,63}$/.test(name);
  if (!isGood) {
    throw apiError(
      400,
      `Invalid revision name "${name}": begin it with ${service}-, and use at most 63 lower-case letters, digits and -`,
    );
  }
}

/** The limits of a container, if it has any. */
export function limitsOf({ resources }: Properties): Properties {
  const limits = isProperties(resources) ? resources.limits : undefined;
  return isProperties(limits) ? limits : {};
}
