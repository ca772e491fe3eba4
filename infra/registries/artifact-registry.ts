import { RunError } from "@pulumi/pulumi/errors.js";
import { secret } from "@pulumi/pulumi/output.js";
import type { Login } from "../config/environment.ts";
import { gcrHosts, type RegistryOf } from "../config/registries.ts";
import { Distribution } from "./distribution.ts";
import { dockerLogin } from "./docker-login.ts";
import type { Registry, RegistryAccess } from "./registry.ts";

/** Where a provider stands that asks for a multi-region, which is no region itself. */
const regions: Readonly<Record<string, string>> = {
  us: "us-central1",
  europe: "europe-west1",
  asia: "asia-east1",
};

/**
 * An image of Artifact Registry, by its own name or by one of the gcr.io names that live on there. The login is the
 * service account's key of the environment, else in a program the provider's own short-lived token, else Docker's, else
 * what Google's own tools log in with.
 * @throws pulumi.RunError when there is none.
 */
export async function openArtifactRegistry(
  service: string,
  config: RegistryOf<"artifact-registry">,
  access: RegistryAccess,
): Promise<Registry> {
  const { project, host: gcr, image = service } = config;
  const location = gcr ? gcrHosts[gcr] : (config.location ?? "");
  const host = gcr ?? `${location}-docker.pkg.dev`;
  const path = [project, ...(config.repository ? [config.repository] : []), image].join("/");
  const login = await findLogin(host, project, regions[location] ?? location, access);
  const { username } = login;
  const images = new Distribution(
    `https://${host}`,
    path,
    `see that the project ${project} exists, its API artifactregistry.googleapis.com is on and this login may use it`,
    {
      login,
      missing: `let the stack of ground make ${config.repository ?? host} in ${location}, or name another with registry.repository`,
    },
  );
  return {
    repository: `${host}/${path}`,
    credentials: { server: host, username, password: secret(login.password) },
    images,
    digestOf: (reference) => images.digestOf(reference),
    tag: (digest, tag) => images.tag(digest, tag),
  };
}

async function findLogin(
  host: string,
  project: string,
  region: string,
  { logins, providers }: RegistryAccess,
): Promise<Login> {
  if (logins.googleKey) return { username: "_json_key", password: logins.googleKey };
  if (providers) {
    const { getClientConfig } = await import("@pulumi/gcp/organizations/getClientConfig.js");
    const provider = await providers.google(project, region);
    const { accessToken } = await getClientConfig({ provider });
    return { username: "oauth2accesstoken", password: accessToken };
  }
  const login = await dockerLogin(host, logins.dockerConfig, logins.environment);
  if (login) return login;
  const { googleLogin } = await import("./google-login.ts");
  const own = logins.google && (await googleLogin(host, logins.google));
  if (own) return own;
  throw new RunError(
    `${host}: Docker is not logged in there; run gcloud auth configure-docker ${host}, or set GOOGLE_APPLICATION_CREDENTIALS or GCP_SERVICE_KEY`,
  );
}
