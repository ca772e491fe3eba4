import { z } from "zod";
import { repositoryName, secretName, strict, text, whole } from "./forms.ts";
import { awsAccount, awsRegion, googleLocation, googleProject, googleRegion } from "./places.ts";
import { gcrHost, gcrHosts } from "./registries.ts";
import { trust } from "./trust.ts";

// `slipway:ground`: what outlives a release.

const artifactRepository = text(
  /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  "is no repository of Artifact Registry; use 1 to 63 lower-case letters, digits and -, beginning with a letter",
);

/** How many of the newest images a clean-up keeps beside `live-…` and `prev-…`. */
const images = whole(1, 1_000).default(50);

/** False lets a destroy take images and bundles along. */
const protect = z.boolean().default(true);

const googleRepository = strict({
  host: gcrHost.optional(),
  location: googleLocation.optional(),
  repository: artifactRepository.optional(),
  /** Makes it a remote repository, which pulls a private namespace of Docker Hub. */
  dockerHub: strict({
    username: text(/./, "is no user; use a name on Docker Hub"),
    token: secretName,
  }).optional(),
})
  .refine(
    ({ host, location, repository, dockerHub }) =>
      host === undefined ? location && repository : !(location || repository || dockerHub),
    {
      error:
        "needs one way to name the repository; set either host (gcr.io and the like) alone, or location and repository",
    },
  )
  .transform(({ host, location = "", repository = "", dockerHub }) => ({
    /** Its images are named by the host alone: `gcr.io/PROJECT/IMAGE`. */
    isHost: host !== undefined,
    location: host === undefined ? location : gcrHosts[host],
    repositoryId: host ?? repository,
    dockerHub,
  }));

const google = strict({
  project: googleProject,
  region: googleRegion,
  repositories: z
    .array(googleRepository)
    .default([])
    .refine((all) => isUnique(all.map((one) => `${one.location}/${one.repositoryId}`)), {
      error: "names one repository twice; name each once",
    }),
  keep: strict({
    images,
    /** Whatever is younger, in days, is kept too. */
    days: whole(1, 3_650).default(30),
  }).prefault({}),
  protect,
  trust: trust.optional(),
});

const aws = strict({
  account: awsAccount,
  region: awsRegion,
  /** The Beanstalk application; without one there are neither bundles nor permissions for them. */
  application: text(
    /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$/,
    "is no application name; use up to 100 letters, digits, spaces and . _ -",
  ).optional(),
  /** The application is there already, and is only referred to. */
  applicationExists: z.boolean().default(false),
  /** The application versions that stay; all of an account's applications share 1,000 in a region. */
  versions: whole(10, 900).default(200),
  repositories: z.array(repositoryName).default([]).refine(isUnique, {
    error: "names one repository twice; name each once",
  }),
  keep: strict({ images }).prefault({}),
  /** The ids of the hosted zones in which releases may set their domains. */
  zones: z
    .array(
      text(/^Z[A-Z0-9]{1,31}$/, "is no hosted zone; use its id, such as Z0123456789ABCDEFGHIJ"),
    )
    .default([]),
  protect,
  trust: trust.optional(),
}).refine(({ application, applicationExists }) => application || !applicationExists, {
  error: "says that the application exists and names none; set application",
});

export const ground = strict({ google: google.optional(), aws: aws.optional() }).refine(
  (value) => value.google || value.aws,
  { error: "names no cloud; add google or aws" },
);

export type GroundConfig = z.output<typeof ground>;
export type GoogleGroundConfig = z.output<typeof google>;
export type GoogleRepositoryConfig = z.output<typeof googleRepository>;
export type AwsGroundConfig = z.output<typeof aws>;

/** The secrets that ground refers to, each with where it does so. */
export function groundSecrets(config: GroundConfig | undefined) {
  return (config?.google?.repositories ?? []).flatMap((repository, at) =>
    repository.dockerHub
      ? [[`ground.google.repositories.${at}.dockerHub.token`, repository.dockerHub.token] as const]
      : [],
  );
}

function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
