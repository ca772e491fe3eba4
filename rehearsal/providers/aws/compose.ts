import { parse as parseYaml } from "yaml";
import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties, type Value } from "../values.ts";
import type { ContainerPlan } from "./container-plan.ts";
import { authenticationOf, parse, wordsOf } from "./dockerrun.ts";

const file = "docker-compose.yml";

/**
 * Reads a docker-compose.yml with one service; the platform puts no proxy of its own before it.
 * @param dockerrun the Dockerrun.aws.json beside it, whose version 3 tells the login for private images.
 * @throws RuleError when the platform would not take it, or a rehearsal cannot run it.
 */
export function readCompose(text: string, dockerrun: string | undefined): ContainerPlan {
  const service = serviceOf(text);
  if (typeof service.image !== "string") {
    throw wrong("its service has no image, and a rehearsal builds none; set image");
  }
  const [published] = portsOf(service.ports);
  const command = listed(service.command);
  const entrypoint = listed(service.entrypoint);
  const authentication = dockerrun === undefined ? undefined : loginOf(dockerrun);
  return {
    image: service.image,
    containerPort: published?.container ?? 80,
    hostPort: published?.host,
    isProxied: false,
    getsVariables: [service.env_file ?? []].flat().map(nameOf).includes(".env"),
    variables: variablesOf(service.environment),
    ...(command && { command }),
    ...(entrypoint && { entrypoint }),
    ...(authentication && { authentication }),
  };
}

function serviceOf(text: string): Properties {
  const content = parsed(text);
  const services = isProperties(content) ? content.services : undefined;
  const all = isProperties(services) ? Object.values(services).filter(isProperties) : [];
  const [service, ...others] = all;
  if (!service) throw wrong("it has no services; give it one");
  if (others.length > 0) {
    throw wrong("it has several services, of which a rehearsal runs one; take the others out");
  }
  return service;
}

function parsed(text: string): Value {
  try {
    return parseYaml(text) as Value;
  } catch {
    throw wrong("it is not valid YAML; mend it");
  }
}

function loginOf(dockerrun: string): ContainerPlan["authentication"] {
  const content = parse(dockerrun);
  if (String(content.AWSEBDockerrunVersion) !== "3") {
    throw new RuleError(
      `Dockerrun.aws.json: beside ${file} its AWSEBDockerrunVersion is "3"; set it`,
    );
  }
  return authenticationOf(content);
}

/** The ports that are published, the instance's port 80 first. */
function portsOf(ports: Value | undefined): { host: number; container: number }[] {
  const found = [ports ?? []].flat().flatMap((port) => {
    if (isProperties(port)) {
      const [host, container] = [Number(port.published), Number(port.target)];
      return host && container ? [{ host, container }] : [];
    }
    const [container, host] = String(port)
      .replace(/\/tcp$/, "")
      .split(":")
      .reverse()
      .map(Number);
    return host && container ? [{ host, container }] : [];
  });
  return found.sort((left, right) => Number(right.host === 80) - Number(left.host === 80));
}

function variablesOf(environment: Value | undefined): Record<string, string> {
  if (isProperties(environment)) {
    return Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, String(value ?? "")]),
    );
  }
  return Object.fromEntries(
    [environment ?? []].flat().map((line) => {
      const [name = "", ...value] = String(line).split("=");
      return [name, value.join("=")];
    }),
  );
}

function nameOf(envFile: Value): string {
  return String(isProperties(envFile) ? envFile.path : envFile).replace(/^\.\//, "");
}

function listed(value: Value | undefined): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : wordsOf(value);
}

function wrong(reason: string): RuleError {
  return new RuleError(`${file}: ${reason}`);
}
