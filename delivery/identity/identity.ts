import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../setup/user-error.ts";
import { privateFolder } from "./private-folder.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whom the clouds take a step of Bitbucket's pipelines for, in the variables that Pulumi, its backends and its providers
 * know. The step's token goes to a file that only this user can read and that is gone with this process; it stands in the
 * environment no more. Any other login is left as it is. An empty variable counts as none, and nobody is asked anything yet.
 * @returns what to lay over `env`; undefined takes a variable out.
 * @throws UserError when half of what a login needs is missing.
 */
export function pipelineIdentity(env: Environment): Environment {
  const token = env.BITBUCKET_STEP_OIDC_TOKEN;
  if (!token && !env.BITBUCKET_BUILD_NUMBER) return {};
  const files = new IdentityFiles(token);
  return { BITBUCKET_STEP_OIDC_TOKEN: undefined, ...aws(env, files), ...google(env, files) };
}

/** What a step's identity needs to have in files, each written when it is first needed. */
class IdentityFiles {
  readonly #token: string | undefined;
  #folder: string | undefined;
  #tokenFile: string | undefined;

  constructor(token: string | undefined) {
    this.#token = token;
  }

  /** @param asker the variable that is of no use without the token. */
  token(asker: string): string {
    if (!this.#token) {
      throw new UserError(
        `${asker}: this step of the pipeline has no token to log in with; give it oidc: true, or take the variable from it`,
      );
    }
    this.#tokenFile ??= this.keep("token", this.#token);
    return this.#tokenFile;
  }

  keep(name: string, content: string): string {
    this.#folder ??= privateFolder();
    const file = join(this.#folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }
}

/** The names are those of AWS's SDKs: https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html. */
function aws(env: Environment, files: IdentityFiles): Environment {
  const hasLogin =
    (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) ||
    env.AWS_WEB_IDENTITY_TOKEN_FILE ||
    env.AWS_PROFILE;
  if (!env.AWS_ROLE_ARN || hasLogin) return {};
  return {
    AWS_WEB_IDENTITY_TOKEN_FILE: files.token("AWS_ROLE_ARN"),
    AWS_ROLE_SESSION_NAME: env.AWS_ROLE_SESSION_NAME || sessionName(env),
  };
}

/** Names the build in AWS's own records; 2 to 64 characters of few kinds, by AssumeRoleWithWebIdentity. */
function sessionName({ BITBUCKET_REPO_SLUG, BITBUCKET_BUILD_NUMBER }: Environment): string {
  const repository = (BITBUCKET_REPO_SLUG || "bitbucket").replace(/[^\w.-]/g, "-").slice(0, 40);
  return `${repository}-${BITBUCKET_BUILD_NUMBER || "build"}`;
}

/** In the place of a login of its own, Google's libraries read a file that says where the token is and whom it stands for. */
function google(env: Environment, files: IdentityFiles): Environment {
  const { GOOGLE_PROVIDER: provider, GOOGLE_ACCOUNT: account } = env;
  const hasLogin =
    env.GCP_SERVICE_KEY ||
    env.GOOGLE_CREDENTIALS ||
    env.GOOGLE_APPLICATION_CREDENTIALS ||
    env.GOOGLE_OAUTH_ACCESS_TOKEN;
  if ((!provider && !account) || hasLogin) return {};
  checkGoogle("GOOGLE_PROVIDER", provider, providerForm, "trust.providers.bitbucket");
  checkGoogle("GOOGLE_ACCOUNT", account, accountForm, "previewAccount or deployAccount");
  const credentials = {
    type: "external_account",
    audience: `//iam.googleapis.com/${provider}`,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { file: files.token("GOOGLE_PROVIDER") },
    service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
  };
  return {
    GOOGLE_APPLICATION_CREDENTIALS: files.keep("google.json", JSON.stringify(credentials)),
  };
}

const providerForm =
  /^projects\/\d+\/locations\/global\/workloadIdentityPools\/[a-z0-9-]+\/providers\/[a-z0-9-]+$/;
const accountForm = /^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$/;

/** @param source where ground's output `google` has the value. */
function checkGoogle(name: string, value: string | undefined, form: RegExp, source: string): void {
  if (value && form.test(value)) return;
  const what = value ? `"${value}" is none` : "required beside the other one of the two";
  throw new UserError(
    `${name}: ${what}; set it to ${source} of pulumi stack output google --stack ground`,
  );
}
