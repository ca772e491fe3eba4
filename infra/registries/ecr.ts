import { RunError } from "@pulumi/pulumi/errors.js";
import { secret } from "@pulumi/pulumi/output.js";
import type { Login } from "../config/environment.ts";
import type { RegistryOf } from "../config/registries.ts";
import { Distribution } from "./distribution.ts";
import { dockerLogin } from "./docker-login.ts";
import type { Registry, RegistryAccess } from "./registry.ts";

/**
 * A repository of Amazon ECR. The login is in a program a token of 12 hours for the provider's identity, else Docker's.
 * @throws pulumi.RunError when there is none.
 */
export async function openEcr(
  service: string,
  config: RegistryOf<"ecr">,
  access: RegistryAccess,
): Promise<Registry> {
  const { account, region, repository: path = service } = config;
  const host = `${account}.dkr.ecr.${region}.amazonaws.com`;
  const login = await findLogin(host, config, access);
  const { username } = login;
  const advice = `see that the account ${account} may be used in ${region} and this identity may use ${path}`;
  const images = new Distribution(`https://${host}`, path, advice, {
    login,
    missing: `let the stack of ground make ${path} in ${region}, or name another with registry.repository`,
  });
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
  { account, region }: RegistryOf<"ecr">,
  { logins, providers }: RegistryAccess,
): Promise<Login> {
  if (providers) {
    const { getAuthorizationToken } = await import("@pulumi/aws/ecr/getAuthorizationToken.js");
    const provider = await providers.aws(account, region);
    const { userName, password } = await getAuthorizationToken(
      { registryId: account },
      { provider },
    );
    return { username: userName, password };
  }
  const login = await dockerLogin(host, logins.dockerConfig, logins.environment);
  if (login) return login;
  throw new RunError(
    `${host}: Docker is not logged in there; run aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${host}, on GitHub aws-actions/amazon-ecr-login, or let Docker's config.json name the helper ecr-login in credHelpers`,
  );
}
