import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties, type Value } from "../values.ts";
import type { ContainerPlan } from "./container-plan.ts";

// Dockerrun.aws.json, by https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/docker-configuration.html.

const file = "Dockerrun.aws.json";

/**
 * Reads version 1 of the file.
 * @throws RuleError when the platform would not take it.
 */
export function readDockerrun(text: string): ContainerPlan {
  const content = parse(text);
  const version = content.AWSEBDockerrunVersion;
  if (String(version) !== "1") {
    const others: Record<string, string> = {
      "2": "2, which is for the platform ECS",
      "3": "3, which stands beside docker-compose.yml only",
    };
    throw wrong(
      `AWSEBDockerrunVersion is ${others[String(version)] ?? JSON.stringify(version)}; set it to "1"`,
    );
  }
  const image = isProperties(content.Image) ? content.Image.Name : undefined;
  if (typeof image !== "string" || image === "") throw wrong("it names no Image; set Image.Name");
  const ports = (Array.isArray(content.Ports) ? content.Ports : []).filter(isProperties);
  const [first] = ports;
  if (!first) throw wrong("it has no Ports, which an Image needs; give it a ContainerPort");
  const containerPort = portOf(first.ContainerPort, "ContainerPort");
  const command = wordsOf(content.Command);
  const entrypoint = wordsOf(content.Entrypoint);
  const authentication = authenticationOf(content);
  return {
    image,
    containerPort,
    hostPort: first.HostPort === undefined ? containerPort : portOf(first.HostPort, "HostPort"),
    isProxied: true,
    getsVariables: true,
    variables: {},
    ...(command && { command }),
    ...(entrypoint && { entrypoint }),
    ...(authentication && { authentication }),
  };
}

/** The login that the file names: in version 3 it stands where it stands in version 1. */
export function authenticationOf({ Authentication }: Properties): ContainerPlan["authentication"] {
  if (!isProperties(Authentication)) return undefined;
  // The documentation spells both ways.
  const bucket = Authentication.Bucket ?? Authentication.bucket;
  const key = Authentication.Key ?? Authentication.key;
  if (!bucket || !key) throw wrong("Authentication needs a Bucket and a Key; give both");
  return { bucket: String(bucket), key: String(key) };
}

/** @throws RuleError when the text is no JSON object. */
export function parse(text: string): Properties {
  try {
    const content = JSON.parse(text) as Value;
    if (isProperties(content)) return content;
  } catch {
    // Told below.
  }
  throw wrong("it is not valid JSON; mend it");
}

function portOf(value: Value | undefined, name: string): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw wrong(`${name} is ${JSON.stringify(value)}; use a port from 1 to 65535`);
}

/** A command line's words, without the quotes around them. */
export function wordsOf(value: Value | undefined): string[] | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  return [...value.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
}

function wrong(reason: string): RuleError {
  return new RuleError(`${file}: ${reason}`);
}
