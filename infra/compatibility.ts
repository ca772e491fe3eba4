import type { RegistryConfig, ServiceConfig, TargetConfig } from "./config.ts";

type Verdict = "fits" | { readonly refused: string; readonly remedy: string };

/** Which registry can feed which target. A new kind is a new line here; the compiler asks for it. */
const verdicts: Readonly<
  Record<TargetConfig["kind"], Readonly<Record<RegistryConfig["kind"], Verdict>>>
> = {
  docker: { local: "fits" },
};

/** Says, before anything is built, why a service's target could never pull from its registry; undefined where it can. */
export function incompatibility(name: string, service: ServiceConfig): string | undefined {
  const verdict = verdicts[service.target.kind][service.registry.kind];
  if (verdict === "fits") return undefined;
  return `slipway:services.${name}.registry: ${verdict.refused}; ${verdict.remedy}`;
}
