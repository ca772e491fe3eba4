import type { RegistryConfig } from "./config/registries.ts";
import type { ServiceConfig, TargetConfig } from "./config/schema.ts";

interface Refusal {
  readonly refused: string;
  readonly remedy: string;
}
type Verdict = "fits" | ((service: ServiceConfig) => Refusal | undefined);

const localOnly: Verdict = () => ({
  refused: "this machine's own registry cannot be reached by a cloud",
  remedy: "use docker-hub, artifact-registry or ecr",
});

/** Which registry can feed which target. A new kind is a new line here; the compiler asks for it. */
const verdicts: Readonly<
  Record<TargetConfig["kind"], Readonly<Record<RegistryConfig["kind"], Verdict>>>
> = {
  docker: {
    local: "fits",
    "docker-hub": "fits",
    "artifact-registry": "fits",
    ecr: "fits",
  },
  "cloud-run": {
    local: localOnly,
    "docker-hub": ({ registry }) =>
      registry.kind === "docker-hub" && registry.private && !registry.through
        ? {
            refused: "Cloud Run cannot log in to Docker Hub, and the repository is private",
            remedy:
              "let ground make a remote repository with dockerHub and name it with registry.through, or use artifact-registry",
          }
        : undefined,
    "artifact-registry": "fits",
    ecr: () => ({
      refused: "Cloud Run cannot pull from ECR",
      remedy: "use artifact-registry, or docker-hub",
    }),
  },
  "elastic-beanstalk": {
    local: localOnly,
    "docker-hub": "fits",
    "artifact-registry": () => ({
      refused:
        "Elastic Beanstalk could pull from Artifact Registry only with a key that never expires",
      remedy: "use ecr, or docker-hub",
    }),
    ecr: "fits",
  },
};

/** Says, before anything is built, why a service's target could never run what its registry would hold; none where it can. */
export function incompatibilities(name: string, service: ServiceConfig): string[] {
  const verdict = verdicts[service.target.kind][service.registry.kind];
  const refusal = verdict === "fits" ? undefined : verdict(service);
  return [
    ...(refusal
      ? [`slipway:services.${name}.registry: ${refusal.refused}; ${refusal.remedy}`]
      : []),
    ...detour(name, service),
    ...strangers(name, service),
    ...platform(name, service),
    ...references(name, service),
    ...disk(name, service),
  ];
}

/** Only Google's platforms may ask a remote repository without a login. */
function detour(name: string, { registry, target }: ServiceConfig): string[] {
  if (registry.kind !== "docker-hub" || !registry.through || target.kind === "cloud-run") return [];
  return [
    `slipway:services.${name}.registry.through: ${target.kind} pulls from Docker Hub itself; take it out`,
  ];
}

/** What another project or account holds is pulled by nobody who was not let in there. */
function strangers(name: string, { registry, target }: ServiceConfig): string[] {
  const where = `slipway:services.${name}.registry`;
  if (registry.kind === "ecr" && target.kind === "elastic-beanstalk") {
    if (registry.account === target.account) return [];
    return [
      `${where}.account: a run has credentials of one account, and the target is in ${target.account}; use a repository of that one`,
    ];
  }
  if (registry.kind === "artifact-registry") return strangerToCloudRun(where, registry, target);
  if (registry.kind !== "docker-hub" || !registry.through) return [];
  return strangerToCloudRun(`${where}.through`, registry.through, target);
}

function strangerToCloudRun(
  where: string,
  { project, shared }: { readonly project: string; readonly shared?: boolean | undefined },
  target: TargetConfig,
): string[] {
  if (target.kind === "cloud-run" && target.project !== project) {
    if (shared) return [];
    return [
      `${where}.project: Cloud Run of ${target.project} may not pull from ${project}; use a repository of ${target.project}, or grant roles/artifactregistry.reader on this one to service-NUMBER_OF_${target.project}@serverless-robot-prod.iam.gserviceaccount.com and set shared to true here`,
    ];
  }
  return shared ? [`${where}.shared: no other project has to be let in here; take it out`] : [];
}

/** The clouds' machines are amd64, whatever the engine that builds is. */
function platform(name: string, { source, target }: ServiceConfig): string[] {
  if (target.kind === "docker" || source.platform === "linux/amd64") return [];
  const found = source.platform ?? "the engine's own platform";
  return [
    `slipway:services.${name}.source.platform: ${target.kind} runs linux/amd64 and this builds for ${found}; set it to linux/amd64`,
  ];
}

function references(name: string, { env, target }: ServiceConfig): string[] {
  if (target.kind !== "docker") return [];
  return Object.entries(env).flatMap(([key, value]) =>
    typeof value === "object" && "ref" in value
      ? [
          `slipway:services.${name}.env.${key}: the Docker engine keeps no secrets to refer to; write {secret: NAME of one of slipway:secrets}`,
        ]
      : [],
  );
}

/** Whose instances come and go, each with a disk of its own that goes with it. */
const forgetful = { "cloud-run": "Cloud Run", "elastic-beanstalk": "Elastic Beanstalk" } as const;

function disk(name: string, { data, target }: ServiceConfig): string[] {
  if (data === undefined || target.kind === "docker") return [];
  const isAdopted = target.kind === "elastic-beanstalk" && target.environment !== undefined;
  const variables = isAdopted ? `the variables of ${target.environment}` : "env";
  return [
    `slipway:services.${name}.data: ${forgetful[target.kind]} keeps nothing that an instance writes to its disk; take it out, and let DATABASE_URL in ${variables} name a database`,
  ];
}
