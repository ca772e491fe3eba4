import { ServiceIdentity } from "@pulumi/gcp/projects/serviceIdentity.js";
import { Secret } from "@pulumi/gcp/secretmanager/secret.js";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion.js";
import type * as pulumi from "@pulumi/pulumi";
import type { GoogleOptions } from "./google-apis.ts";

/** Whose Docker Hub a remote repository pulls. */
export interface DockerHubConfig {
  readonly project: string;
  readonly username: string;
  /** The name of one of `slipway:secrets`. */
  readonly token: { readonly secret: string };
}

/**
 * Puts the token of Docker Hub into Secret Manager, where Artifact Registry alone may read it.
 * @param name the remote repository's, with its location.
 */
export function dockerHubLogin(
  name: string,
  { project, username, token }: DockerHubConfig,
  secrets: pulumi.Output<Readonly<Record<string, string>>>,
  { parent, google: provider, apis }: GoogleOptions,
) {
  const options = { parent, provider };
  const secret = new Secret(
    name,
    { project, secretId: `slipway-docker-hub-${name}`, replication: { auto: {} } },
    { ...options, dependsOn: apis.secretmanager },
  );
  const secretData = secrets.apply((all) => all[token.secret] ?? "");
  const version = new SecretVersion(name, { secret: secret.id, secretData }, options);
  // Artifact Registry's own account; asking for it brings it about.
  const agent = new ServiceIdentity(
    name,
    { project, service: "artifactregistry.googleapis.com" },
    { ...options, dependsOn: apis.artifactregistry },
  );
  const role = "roles/secretmanager.secretAccessor";
  const access = new SecretIamMember(
    name,
    { project, secretId: secret.secretId, role, member: agent.member },
    options,
  );
  return { access, credentials: { username, passwordSecretVersion: version.name } };
}
