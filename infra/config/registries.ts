import { z } from "zod";
import { port, repositoryName, secretName, strict, text } from "./forms.ts";
import { awsAccount, awsRegion, googleLocation, googleProject } from "./places.ts";

// The arms of `registry`, one for each kind.

/** Whether the target's project was granted to pull from the registry's, where that is another one. */
const shared = z.boolean().optional();

const local = strict({
  kind: z.literal("local"),
  repository: repositoryName.optional(),
  port: port.default(5055),
});

const dockerHub = strict({
  kind: z.literal("docker-hub"),
  namespace: text(
    /^[a-z0-9]{2,255}$/,
    "is no namespace of Docker Hub; use its lower-case letters and digits",
  ),
  /** Docker Hub knows one level only. */
  repository: text(
    /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/,
    "is no repository of Docker Hub; use lower-case letters, digits and - . _ between them, without a /",
  ).optional(),
  private: z.boolean().default(false),
  username: z.string().optional(),
  token: secretName.optional(),
  /** The remote repository of Artifact Registry through which Google's platforms pull it. */
  through: strict({
    project: googleProject,
    location: googleLocation,
    repository: repositoryName,
    shared,
  }).optional(),
}).refine(({ username, token }) => username === undefined || token !== undefined, {
  path: ["username"],
  error: "is used together with token only; set token to {secret: NAME}, or take it out",
});

/** The hosts of the former Container Registry and the location in which each lives on as a repository of that name. */
export const gcrHosts = {
  "gcr.io": "us",
  "us.gcr.io": "us",
  "eu.gcr.io": "europe",
  "asia.gcr.io": "asia",
} as const;

export const gcrHost = z.enum(Object.keys(gcrHosts) as (keyof typeof gcrHosts)[]);

const artifactRegistry = strict({
  kind: z.literal("artifact-registry"),
  project: googleProject,
  host: gcrHost.optional(),
  location: googleLocation.optional(),
  repository: text(
    /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "is no repository of Artifact Registry; use 1 to 63 lower-case letters, digits and -, beginning with a letter",
  ).optional(),
  image: repositoryName.optional(),
  shared,
}).refine(
  ({ host, location, repository }) =>
    host === undefined ? location && repository : !location && !repository,
  {
    error:
      "needs one way to name the repository; set either host (gcr.io and the like), or location and repository",
  },
);

const ecr = strict({
  kind: z.literal("ecr"),
  account: awsAccount,
  region: awsRegion,
  repository: repositoryName.optional(),
});

export const registry = z.discriminatedUnion("kind", [local, dockerHub, artifactRegistry, ecr]);

export type RegistryConfig = z.output<typeof registry>;
export type RegistryOf<Kind extends RegistryConfig["kind"]> = Extract<
  RegistryConfig,
  { kind: Kind }
>;
