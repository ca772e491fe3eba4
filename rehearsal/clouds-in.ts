import { asMap } from "./as-map.ts";

/** A cloud by the name of its Pulumi package. */
export type Kind = "gcp" | "aws";

const kinds: Readonly<Record<string, Kind>> = {
  "artifact-registry": "gcp",
  "cloud-run": "gcp",
  ecr: "aws",
  "elastic-beanstalk": "aws",
};

/** The clouds whose resources a stack of this configuration makes or asks for. */
export function cloudsIn(config: Readonly<Record<string, unknown>>): Kind[] {
  const ground = asMap(config["slipway:ground"]);
  const services = Object.values(asMap(config["slipway:services"]));
  const named = services.flatMap((service) => {
    const { registry, target } = asMap(service);
    return [registry, target].flatMap((part) => kinds[String(asMap(part).kind)] ?? []);
  });
  const found = new Set<Kind>([
    ...("google" in ground ? (["gcp"] as const) : []),
    ...("aws" in ground ? (["aws"] as const) : []),
    ...named,
  ]);
  return [...found];
}

/** Whether a stack of this configuration sends anything outside: to a cloud, or to a registry that is not this machine's. */
export function goesOutside(config: Readonly<Record<string, unknown>>): boolean {
  const services = Object.values(asMap(config["slipway:services"]));
  const isHub = services.some((service) => asMap(asMap(service).registry).kind === "docker-hub");
  return isHub || cloudsIn(config).length > 0;
}
