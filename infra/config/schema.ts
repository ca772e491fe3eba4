import { z } from "zod";
import { describeProblems } from "../problems.ts";
import { cloudRun } from "./cloud-run.ts";
import { cloudRunEnvProblems } from "./cloud-run-env.ts";
import { docker } from "./docker.ts";
import { elasticBeanstalk } from "./elastic-beanstalk.ts";
import { elasticBeanstalkEnvProblems } from "./elastic-beanstalk-env.ts";
import { filledIn } from "./environment.ts";
import { absolutePath, pathInCheckout, secretName, strict, text } from "./forms.ts";
import { ground, groundSecrets } from "./ground.ts";
import { registry } from "./registries.ts";

const source = strict({
  context: pathInCheckout,
  dockerfile: pathInCheckout.optional(),
  stage: z.string().optional(),
  args: z.record(z.string(), z.string()).default({}),
  platform: z.enum(["linux/amd64", "linux/arm64"]).optional(),
});

const target = z.discriminatedUnion("kind", [docker, cloudRun, elasticBeanstalk]);

const withDeadline = { path: absolutePath, seconds: z.int().min(1).max(3_600).default(60) };
const proof = z.discriminatedUnion("kind", [
  strict({
    kind: z.literal("commit"),
    ...withDeadline,
    field: z.string().optional(),
    header: z.string().optional(),
  }).refine((value) => (value.field === undefined) !== (value.header === undefined), {
    error: "needs exactly one place to read the commit from; set either field or header",
  }),
  strict({ kind: z.literal("health"), ...withDeadline }),
]);

const variable = text(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  "is no name for a variable; use letters, digits and _",
).refine((name) => !["PORT", "app_commit", "app_branch"].includes(name), {
  error: (issue) =>
    `"${issue.input}" is set by Slipway or baked into the image; take it out of env`,
});

const value = z.union([z.string(), secretName, z.strictObject({ ref: z.string() })], {
  error:
    "is neither a text nor a secret; put it in quotes, or write {secret: NAME of one of slipway:secrets} or {ref: an existing secret of the cloud}",
});

/** What a service keeps on a disk. */
const data = strict({
  path: absolutePath.refine((path) => !/^\/(?:tmp)?\/*$/.test(path), {
    error: (issue) =>
      `"${issue.input}" would hide what the container has there; name a folder of its own, such as /data`,
  }),
  volume: text(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
    "is no volume name; use two or more letters, digits and _ . -",
  ).optional(),
  /** Whether the volume outlives the stack. */
  keep: z.boolean().default(true),
});

const service = strict({
  source,
  registry,
  target,
  data: data.optional(),
  env: z.record(variable, value).default({}),
  proof: proof.default({ kind: "commit", path: "/", field: "commit", seconds: 60 }),
});

const serviceName = text(
  /^[a-z](?:[a-z0-9-]{0,36}[a-z0-9])?$/,
  "is no service name; use 1 to 38 lower-case letters, digits and -, beginning with a letter",
);

const commit = text(
  /^[0-9a-f]{40}(?:-dirty-[0-9a-f]{12})?$/,
  "is no full commit; give all 40 hexadecimal digits",
);

const schema = strict({
  services: z
    .record(serviceName, service)
    .refine((services) => Object.keys(services).length > 0, {
      error: "names no service; add one, such as web",
    })
    .optional(),
  ground: ground.optional(),
  secrets: z.record(z.string(), z.string()).default({}),
  allowDirty: z.boolean().default(false),
  /** One release for all services, or one for each. */
  release: z
    .union([commit, z.record(serviceName, commit)], {
      error: "is neither a full commit nor a map of them; give all 40 hexadecimal digits",
    })
    .optional(),
  engine: strict({
    host: text(
      /^(?:unix|npipe|tcp|http|https|ssh):\/\/./,
      "is no address of an engine; write it as DOCKER_HOST would be, such as unix:///var/run/docker.sock",
    ).optional(),
  }).default({}),
});

export type Source = z.output<typeof source>;
export type TargetConfig = z.output<typeof target>;
export type ProofConfig = z.output<typeof proof>;
export type DataConfig = z.output<typeof data>;
export type ServiceConfig = z.output<typeof service>;
/** A variable's value: a text, the name of one of `slipway:secrets`, or an existing secret of the cloud. */
export type Variable = ServiceConfig["env"][string];
/** Everything under `slipway:`. */
export type Values = z.output<typeof schema>;

/** What came of reading a configuration: the values, or what is wrong with them. */
export interface Parsed {
  readonly values: Values | undefined;
  /** A line each, "where: what; how to mend", in the order of the stack file. */
  readonly problems: readonly string[];
}

/**
 * Reads and checks everything under `slipway:` in one parse.
 * @param isTold whether a problem may be told: what is wrong below a misplaced secret is not, because the words would quote it.
 * @param volumeName the volume of a service that names none; without it nobody asks whether two share one.
 */
export function parse(
  written: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  isTold: (issue: z.core.$ZodIssue) => boolean = () => true,
  volumeName?: VolumeName,
): Parsed {
  const { data, error } = schema.safeParse(filledIn(written, env), { reportInput: true });
  const problems = [
    ...describeProblems("slipway", (error?.issues ?? []).filter(isTold)),
    ...(data
      ? [
          ...purpose(data),
          ...unknownReleases(data),
          ...unknownSecrets(data),
          ...refusedVariables(data),
          ...collisions(data.services ?? {}, volumeName),
        ]
      : []),
  ].map((problem) => problem.replace(/^slipway\./, "slipway:"));
  return { values: data, problems };
}

/** A stack releases services, or it is ground; never both, because destroying one must leave the other. */
function purpose({ services, ground }: Values): string[] {
  if (services && ground) {
    return ["slipway:ground: stands beside slipway:services; give ground a stack of its own"];
  }
  if (services || ground) return [];
  return ["slipway:services: required; set it to a map"];
}

/** A name that is mistyped would be built and delivered from the checkout. */
function unknownReleases({ services = {}, release }: Values): string[] {
  if (typeof release !== "object") return [];
  const names = Object.keys(services);
  return Object.keys(release)
    .filter((name) => !names.includes(name))
    .map(
      (name) => `slipway:release.${name}: there is no such service; use one of ${names.join(", ")}`,
    );
}

function unknownSecrets({ services, ground, secrets }: Values): string[] {
  const named = Object.entries(services ?? {}).flatMap(([name, { env, registry }]) => [
    ...Object.entries(env).map(([key, value]) => [`services.${name}.env.${key}`, value] as const),
    ...("token" in registry && registry.token
      ? [[`services.${name}.registry.token`, registry.token] as const]
      : []),
  ]);
  return [...named, ...groundSecrets(ground)].flatMap(([where, value]) =>
    typeof value === "string" || "ref" in value || Object.hasOwn(secrets, value.secret)
      ? []
      : [
          `slipway:${where}: there is no secret "${value.secret}"; set it with pulumi config set --secret --path slipway:secrets.${value.secret}`,
        ],
  );
}

/** What the platform of a service would refuse in its variables. */
function refusedVariables({ services, secrets }: Values): string[] {
  return Object.entries(services ?? {}).flatMap(([name, { env, target }]) =>
    platformProblems(env, secrets, target).map((problem) => `slipway:services.${name}.${problem}`),
  );
}

function platformProblems(
  env: ServiceConfig["env"],
  secrets: Values["secrets"],
  target: TargetConfig,
): string[] {
  switch (target.kind) {
    case "docker":
      return [];
    case "cloud-run":
      return cloudRunEnvProblems(env, secrets);
    case "elastic-beanstalk":
      return elasticBeanstalkEnvProblems(env, secrets, target);
  }
}

/** Two services can neither listen on one port, write to one volume, nor give one commit's tag to two images. */
function collisions(
  services: Readonly<Record<string, ServiceConfig>>,
  volumeName: VolumeName | undefined,
): string[] {
  const first = new Map<string, string>();
  return Object.entries(services).flatMap(([name, service]) =>
    claims(name, service, volumeName).flatMap(([where, what, mend]) => {
      const key = `${where} ${what}`;
      const other = first.get(key);
      if (other === undefined) first.set(key, name);
      return other === undefined
        ? []
        : [`slipway:services.${name}.${where}: ${what} belongs to ${other} already; ${mend}`];
    }),
  );
}

type VolumeName = (service: string) => string;

type Claim = readonly [where: string, what: string, mend: string];

function claims(
  name: string,
  { registry, target, data }: ServiceConfig,
  volumeName: VolumeName | undefined,
): Claim[] {
  const own = "give each service a repository of its own";
  return [
    ...(target.kind === "docker"
      ? [["target.port", `port ${target.port}`, "choose another"] as const]
      : []),
    ...(target.kind === "elastic-beanstalk" && target.environment
      ? [["target.environment", `environment ${target.environment}`, "name another"] as const]
      : []),
    ...(data && volumeName
      ? [["data.volume", `volume ${data.volume ?? volumeName(name)}`, "name another"] as const]
      : []),
    registry.kind === "local"
      ? ["registry.repository", `${registry.repository ?? name} on port ${registry.port}`, own]
      : ["registry", JSON.stringify({ name, ...registry, shared: undefined }), own],
  ];
}
