import { RunError } from "@pulumi/pulumi/errors.js";
import { secret } from "@pulumi/pulumi/output.js";
import { isDryRun } from "@pulumi/pulumi/runtime/settings.js";
import type { Login } from "../config/environment.ts";
import type { RegistryOf } from "../config/registries.ts";
import { Distribution } from "./distribution.ts";
import { dockerLogin } from "./docker-login.ts";
import type { Registry, RegistryAccess } from "./registry.ts";

/** The name under which Docker keeps its login at Docker Hub. */
const index = "https://index.docker.io/v1/";

/**
 * A repository of Docker Hub, which comes to be with the first push. The login is the stack's token, else the
 * environment's, else Docker's own.
 * @throws pulumi.RunError when there is none, but for a preview of a public repository.
 */
export async function openDockerHub(
  service: string,
  config: RegistryOf<"docker-hub">,
  access: RegistryAccess,
): Promise<Registry> {
  const { namespace, through } = config;
  const path = `${namespace}/${config.repository ?? service}`;
  const repository = `docker.io/${path}`;
  const login = await findLogin(repository, config, access);
  const username = login?.username ?? "anybody";
  const password = secret(login?.password ?? "");
  const advice = "see whether Docker Hub is up at https://www.dockerstatus.com, and try again";
  const images = new Distribution("https://registry-1.docker.io", path, advice, {
    ...(login && { login }),
    refusals: {
      401: `lets ${username} neither read nor push ${path}; name a namespace of that user, or log in as one who may`,
      403: `lets ${username} neither read nor push ${path}; name a namespace of that user, or log in as one who may`,
      429: `has had too many requests of ${username} for now; wait until its limit is reset, or log in with a plan that has a higher one`,
    },
  });
  return {
    repository,
    ...(through && {
      pulledAs: `${through.location}-docker.pkg.dev/${through.project}/${through.repository}/${path}`,
    }),
    credentials: { server: "docker.io", ...(login && { username, password }) },
    ...(config.private && { lastingLogin: { username, password } }),
    images,
    digestOf: (reference) => images.digestOf(reference),
    tag: (digest, tag) => images.tag(digest, tag),
  };
}

async function findLogin(
  repository: string,
  { namespace, username = namespace, token, private: isPrivate }: RegistryOf<"docker-hub">,
  { logins, secret }: RegistryAccess,
): Promise<Login | undefined> {
  if (token) return { username, password: secret(token.secret) };
  const { dockerHub, dockerConfig, environment } = logins;
  const login = dockerHub ?? (await dockerLogin(index, dockerConfig, environment));
  if (login) return login;
  // A preview only looks, and runs the code of a branch: it needs no login that could push.
  if (!isPrivate && isDryRun()) return undefined;
  throw new RunError(
    `${repository}: there is no login at Docker Hub; run docker login, or set DOCKERHUB_USERNAME and DOCKERHUB_PASSWORD, or token in the stack's registry`,
  );
}
