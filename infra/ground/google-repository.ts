import { Repository, type RepositoryArgs } from "@pulumi/gcp/artifactregistry/repository.js";
import * as pulumi from "@pulumi/pulumi";
import type { GoogleGroundConfig, GoogleRepositoryConfig } from "../config/ground.ts";
import { artifactRegistryCleanUp } from "./clean-up.ts";
import type { GoogleOptions } from "./google-apis.ts";
import { dockerHubLogin } from "./google-docker-hub.ts";

/** A repository of images on Artifact Registry: one to push to, a gcr.io name, or one that pulls a private Docker Hub. */
export class ImageRepository extends pulumi.ComponentResource {
  readonly repository: Repository;
  readonly repositoryId: string;
  readonly location: string;
  /** What the names of its images begin with: `gcr.io/PROJECT` or `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY`. */
  readonly prefix: string;
  /** It only pulls, and nothing is pushed to it. */
  readonly isRemote: boolean;

  constructor(
    config: GoogleRepositoryConfig,
    ground: GoogleGroundConfig,
    secrets: pulumi.Output<Readonly<Record<string, string>>>,
    { parent, google, apis }: GoogleOptions,
  ) {
    const { isHost, location, repositoryId, dockerHub } = config;
    const { project } = ground;
    const name = isHost ? repositoryId : `${location}-${repositoryId}`;
    super("slipway:ground:ImageRepository", name, {}, { parent });
    this.location = location;
    this.repositoryId = repositoryId;
    this.prefix = isHost
      ? `${repositoryId}/${project}`
      : `${location}-docker.pkg.dev/${project}/${repositoryId}`;
    this.isRemote = dockerHub !== undefined;
    const own = { parent: this, google, apis };
    const login = dockerHub && dockerHubLogin(name, { project, ...dockerHub }, secrets, own);
    this.repository = new Repository(
      name,
      {
        project,
        location,
        repositoryId,
        format: "DOCKER",
        ...(login ? remote(login.credentials) : standard(ground)),
      },
      {
        parent: this,
        provider: google,
        dependsOn: [apis.artifactregistry, ...(login ? [login.access] : [])],
        // The provider would make the new one first, and its name is taken.
        deleteBeforeReplace: true,
        // Of a remote one only a cache would be lost.
        protect: ground.protect && login === undefined,
      },
    );
    this.registerOutputs({ prefix: this.prefix });
  }
}

function standard({ keep, protect }: GoogleGroundConfig): Partial<RepositoryArgs> {
  return {
    cleanupPolicies: artifactRegistryCleanUp(keep),
    cleanupPolicyDryRun: false,
    deletionPolicy: protect ? "PREVENT" : "DELETE",
  };
}

/** A new login makes the repository anew: it holds nothing but a cache. */
function remote(credentials: {
  readonly username: string;
  readonly passwordSecretVersion: pulumi.Output<string>;
}): Partial<RepositoryArgs> {
  return {
    mode: "REMOTE_REPOSITORY",
    remoteRepositoryConfig: {
      description: "Docker Hub",
      dockerRepository: { publicRepository: "DOCKER_HUB" },
      upstreamCredentials: { usernamePasswordCredentials: credentials },
    },
  };
}
