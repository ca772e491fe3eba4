import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { misplacedSecret } from "./misplaced-secret.ts";
import { describeProblems } from "./problems.ts";

/** One strict object: an unknown key is refused, and the message lists the keys there are. */
function strict<const Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown key; take it out or use one of ${keys}`
        : undefined,
  });
}

/** A text of a given form, with the words that say which. */
function text(form: RegExp, advice: string) {
  return z.string().regex(form, { error: (issue) => `"${issue.input}" ${advice}` });
}

const port = z.int().min(1).max(65_535);
const absolutePath = text(
  /^\/[^:]*$/,
  "is not an absolute path without a colon; begin it with / and leave : out",
);
const pathInCheckout = text(
  /^(?!\/|[A-Za-z]:|.*\\)/,
  "must be relative to the checkout, with /; name the folder from the checkout's root",
);

const source = strict({
  context: pathInCheckout,
  dockerfile: pathInCheckout.optional(),
  stage: z.string().optional(),
  args: z.record(z.string(), z.string()).default({}),
  platform: z.enum(["linux/amd64", "linux/arm64"]).optional(),
});

const registry = z.discriminatedUnion("kind", [
  strict({
    kind: z.literal("local"),
    repository: text(
      /^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/,
      "is no repository name; use lower-case letters, digits and - . _ / between them",
    ).optional(),
    port: port.default(5055),
  }),
]);

const target = z.discriminatedUnion("kind", [
  strict({
    kind: z.literal("docker"),
    port,
    bind: z.enum(["127.0.0.1", "0.0.0.0"]).default("127.0.0.1"),
    containerPort: port.default(8000),
    memory: z.int().min(16).default(256),
    processes: z.int().min(16).default(256),
    data: strict({
      volume: text(
        /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
        "is no volume name; use two or more letters, digits and _ . -",
      ),
      path: absolutePath,
    }).optional(),
  }),
]);

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

const value = z.union([z.string(), z.strictObject({ secret: z.string() })], {
  error:
    "is neither a text nor a secret; put it in quotes, or write {secret: NAME of one of slipway:secrets}",
});

const service = strict({
  source,
  registry,
  target,
  env: z.record(variable, value).default({}),
  proof: proof.default({ kind: "commit", path: "/", field: "commit", seconds: 60 }),
});

const serviceName = text(
  /^[a-z](?:[a-z0-9-]{0,36}[a-z0-9])?$/,
  "is no service name; use 1 to 38 lower-case letters, digits and -, beginning with a letter",
);

const schema = strict({
  services: z.record(serviceName, service).refine((services) => Object.keys(services).length > 0, {
    error: "names no service; add one, such as web",
  }),
  secrets: z.record(z.string(), z.string()).default({}),
  allowDirty: z.boolean().default(false),
  release: text(
    /^[0-9a-f]{40}(?:-dirty-[0-9a-f]{12})?$/,
    "is no full commit; give all 40 hexadecimal digits",
  ).optional(),
  engine: strict({
    host: text(
      /^(?:unix|npipe|tcp|http|https|ssh):\/\/./,
      "is no address of an engine; write it as DOCKER_HOST would be, such as unix:///var/run/docker.sock",
    ).optional(),
  }).default({}),
});

export type Source = z.output<typeof source>;
export type RegistryConfig = z.output<typeof registry>;
export type TargetConfig = z.output<typeof target>;
export type ProofConfig = z.output<typeof proof>;
export type ServiceConfig = z.output<typeof service>;
/** A variable's value: a text, or the name of one of `slipway:secrets`. */
export type Variable = ServiceConfig["env"][string];

/** Everything a run is told, as it stands in the stack file under `slipway:`. */
export interface Config {
  readonly services: Readonly<Record<string, ServiceConfig>>;
  /** The values of `slipway:secrets` by name; a secret in state and in every diff. */
  readonly secrets: pulumi.Output<Readonly<Record<string, string>>>;
  /** Whether a build context may differ from its commit. Default false. */
  readonly allowDirty: boolean;
  /** An earlier release to deploy in place of the checkout's commit. */
  readonly release: string | undefined;
  /** The Docker engine, as `DOCKER_HOST` would name it. Default: the one the docker provider finds. */
  readonly engineHost: string | undefined;
  /** False in emergencies only, by `SLIPWAY_PROOF=off`. */
  readonly proves: boolean;
}

/**
 * Reads and checks the whole configuration in one parse.
 * @throws pulumi.RunError which names every problem at once, a line each, as "where: what; how to mend".
 */
export function readConfig(): Config {
  const values = slipwayValues();
  const misplaced = misplacedSecrets();
  // What is wrong below a misplaced secret is not told: the words would quote it.
  const isTold = ({ path }: z.core.$ZodIssue) => !misplaced.includes(`slipway:${String(path[0])}`);
  const result = schema.safeParse(values, { reportInput: true });
  const problems = [
    ...misplaced.map(misplacedSecret),
    ...describeProblems("slipway", (result.error?.issues ?? []).filter(isTold)),
    ...(result.data ? [...unknownSecrets(result.data), ...collisions(result.data.services)] : []),
  ].map((problem) => problem.replace(/^slipway\./, "slipway:"));
  const proof = process.env.SLIPWAY_PROOF ?? "on";
  if (proof !== "on" && proof !== "off") {
    problems.push(`SLIPWAY_PROOF: "${proof}" is neither on nor off; unset it`);
  }
  if (problems.length > 0 || result.data === undefined) {
    throw new pulumi.RunError(
      ["the configuration of this stack has problems:", ...problems].join("\n  "),
    );
  }
  const { services, allowDirty, release, engine, secrets } = result.data;
  return {
    services,
    secrets: pulumi.secret(secrets),
    allowDirty,
    release,
    engineHost: engine.host,
    proves: proof === "on",
  };
}

/** The stack's values under `slipway:`, with maps and truth values read from their text. */
function slipwayValues(): Record<string, unknown> {
  const all = pulumi.runtime.allConfig();
  const own = Object.entries(all).filter(([key]) => key.startsWith("slipway:"));
  return Object.fromEntries(
    own.map(([key, value]) => [key.slice("slipway:".length), parsed(value)]),
  );
}

function parsed(value: string): unknown {
  if (!/^[{[]|^(?:true|false)$/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Pulumi hands over a map that holds a secure value as plain text: only `slipway:secrets` is treated as secret here. */
function misplacedSecrets(): string[] {
  const secure = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]") as string[];
  return secure.filter((key) => key.startsWith("slipway:") && key !== "slipway:secrets");
}

function unknownSecrets({ services, secrets }: z.output<typeof schema>): string[] {
  return Object.entries(services).flatMap(([name, { env }]) =>
    Object.entries(env).flatMap(([key, value]) =>
      typeof value === "string" || Object.hasOwn(secrets, value.secret)
        ? []
        : [
            `slipway:services.${name}.env.${key}: there is no secret "${value.secret}"; set it with pulumi config set --secret --path slipway:secrets.${value.secret}`,
          ],
    ),
  );
}

/** Two services can neither listen on one port nor give one commit's tag to two images. */
function collisions(services: Readonly<Record<string, ServiceConfig>>): string[] {
  const first = new Map<string, string>();
  return Object.entries(services).flatMap(([name, { registry, target }]) => {
    const claims: readonly (readonly [where: string, what: string, mend: string])[] = [
      ["target.port", `port ${target.port}`, "choose another"],
      [
        "registry.repository",
        `${registry.repository ?? name} on port ${registry.port}`,
        "give each service a repository of its own",
      ],
    ];
    return claims.flatMap(([where, what, mend]) => {
      const key = `${where} ${what}`;
      const other = first.get(key);
      if (other === undefined) first.set(key, name);
      return other === undefined
        ? []
        : [`slipway:services.${name}.${where}: ${what} belongs to ${other} already; ${mend}`];
    });
  });
}
