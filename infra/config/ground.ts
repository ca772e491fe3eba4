import { z } from "zod";
import { repositoryName, secretName, strict } from "./forms.ts";
import { awsAccount, awsRegion, googleLocation, googleProject, googleRegion } from "./places.ts";
import { gcrHost } from "./registries.ts";

// `slipway:ground`: what outlives a release.

const bitbucket = strict({
  workspace: z.string(),
  workspaceId: z.string(),
  repositoryId: z.string(),
  /** The ids of the deployment environments that may deploy. */
  deployments: z.array(z.string()).min(1),
});

const github = strict({
  repository: z.string(),
  repositoryId: z.string(),
  /** The deployment environments that may deploy. */
  environments: z.array(z.string()).min(1),
});

const trust = strict({ bitbucket: bitbucket.optional(), github: github.optional() });

const google = strict({
  project: googleProject,
  region: googleRegion,
  repositories: z
    .array(
      z.union([
        strict({ host: gcrHost }),
        strict({
          location: googleLocation,
          repository: repositoryName,
          /** Makes it a remote repository, which pulls a private namespace of Docker Hub. */
          dockerHub: strict({ username: z.string(), token: secretName }).optional(),
        }),
      ]),
    )
    .default([]),
  trust: trust.optional(),
});

const aws = strict({
  account: awsAccount,
  region: awsRegion,
  application: z.string().optional(),
  repositories: z.array(repositoryName).default([]),
  trust: trust.optional(),
});

export const ground = strict({ google: google.optional(), aws: aws.optional() });

export type GroundConfig = z.output<typeof ground>;
export type GoogleGround = z.output<typeof google>;
export type AwsGround = z.output<typeof aws>;
export type TrustConfig = z.output<typeof trust>;
