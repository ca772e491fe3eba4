import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pipelineIdentity } from "../../../delivery/identity/identity.ts";
import { UserError } from "../../../setup/user-error.ts";
import { temporaryFolder } from "../../infra/registries/logins.ts";
import { fakeProject } from "../fake-pulumi.ts";

const token = "eyJhbGciOi.made-up.t0ken";
const build = { BITBUCKET_REPO_SLUG: "shop", BITBUCKET_BUILD_NUMBER: "7" };
const step = { ...build, BITBUCKET_STEP_OIDC_TOKEN: token };
const aws = { AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/slipway-deploy" };
const provider =
  // pragma: allowlist nextline secret
  "projects/123456/locations/global/workloadIdentityPools/slipway-bitbucket-12345678/providers/bitbucket";
const account = "slipway-deploy@acme-prod.iam.gserviceaccount.com";
const google = { GOOGLE_PROVIDER: provider, GOOGLE_ACCOUNT: account };

/** What stands for the token in the environment of Pulumi. */
const taken = { BITBUCKET_STEP_OIDC_TOKEN: undefined };

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("the identity of a pipeline's step", () => {
  beforeEach(() => {
    vi.stubEnv("TMPDIR", temporaryFolder());
    return () => vi.unstubAllEnvs();
  });

  it("is at AWS a file with its token, and a session that names the build", () => {
    const found = pipelineIdentity({ ...step, ...aws });
    const file = found.AWS_WEB_IDENTITY_TOKEN_FILE ?? "";
    expect(found).toEqual({
      ...taken,
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_SESSION_NAME: "shop-7",
    });
    expect(readFileSync(file, "utf8")).toBe(token);
    expect([mode(file), mode(dirname(file))]).toEqual(["600", "700"]);
  });

  it("is at Google a file that says where the token is, without the token", () => {
    const found = pipelineIdentity({ ...step, ...google });
    const file = found.GOOGLE_APPLICATION_CREDENTIALS ?? "";
    expect(found).toEqual({ ...taken, GOOGLE_APPLICATION_CREDENTIALS: file });
    const { credential_source, ...rest } = JSON.parse(readFileSync(file, "utf8"));
    expect(rest).toEqual({
      type: "external_account",
      audience: `//iam.googleapis.com/${provider}`,
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: "https://sts.googleapis.com/v1/token",
      service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
    });
    expect(readFileSync(credential_source.file, "utf8")).toBe(token);
    expect([mode(file), mode(credential_source.file)]).toEqual(["600", "600"]);
  });

  it("is one token for both clouds", () => {
    const found = pipelineIdentity({ ...step, ...aws, ...google });
    const { credential_source } = JSON.parse(
      readFileSync(found.GOOGLE_APPLICATION_CREDENTIALS ?? "", "utf8"),
    );
    expect(credential_source.file).toBe(found.AWS_WEB_IDENTITY_TOKEN_FILE);
  });

  it.each<[what: string, env: Record<string, string>, name: string]>([
    ["its own where it has one", { ...step, AWS_ROLE_SESSION_NAME: "mine" }, "mine"],
    ["one of AWS's letters", { ...step, BITBUCKET_REPO_SLUG: "a b/c" }, "a-b-c-7"],
    [
      "one that is short enough",
      { ...step, BITBUCKET_REPO_SLUG: "x".repeat(62) },
      `${"x".repeat(40)}-7`,
    ],
    [
      "one in any case",
      { BITBUCKET_STEP_OIDC_TOKEN: token, AWS_ROLE_SESSION_NAME: "" },
      "bitbucket-build",
    ],
  ])("gives the session at AWS %s", (_what, env, name) => {
    expect(pipelineIdentity({ ...env, ...aws }).AWS_ROLE_SESSION_NAME).toBe(name);
  });

  it.each<[what: string, env: Record<string, string>]>([
    ["a step that asks for nothing", step],
    ["a step with empty variables", { ...step, AWS_ROLE_ARN: "", GOOGLE_PROVIDER: "" }],
    ["AWS's keys", { ...step, ...aws, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }],
    ["a profile of AWS's", { ...step, ...aws, AWS_PROFILE: "mine" }],
    ["a token file of the user's own", { ...step, ...aws, AWS_WEB_IDENTITY_TOKEN_FILE: "/t" }],
    ["a stored key of Google's", { ...step, ...google, GCP_SERVICE_KEY: "{}" }],
    ["credentials of Google's", { ...step, ...google, GOOGLE_CREDENTIALS: "{}" }],
    ["a file of Google's", { ...step, ...google, GOOGLE_APPLICATION_CREDENTIALS: "/c" }],
    ["a token of Google's", { ...step, ...google, GOOGLE_OAUTH_ACCESS_TOKEN: "ya29" }],
    ["a login without oidc", { ...build, ...google, GCP_SERVICE_KEY: "{}" }],
    ["half a pair beside a login", { ...build, GOOGLE_PROVIDER: "x", GCP_SERVICE_KEY: "{}" }],
  ])("leaves %s alone, and hands no token on", (_what, env) => {
    expect(pipelineIdentity(env)).toEqual(taken);
  });

  it.each<[what: string, env: Record<string, string>]>([
    ["a laptop", {}],
    ["a laptop with a role", { ...aws, ...google }],
    ["another forge", { CI: "true", GITHUB_SHA: "a".repeat(40), ...google }],
    ["a step without a build and with no token", { BITBUCKET_STEP_OIDC_TOKEN: "", ...aws }],
  ])("is none on %s", (_what, env) => {
    expect(pipelineIdentity(env)).toEqual({});
  });

  it("counts empty logins and half of AWS's keys as none", () => {
    const empty = {
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "",
      AWS_PROFILE: "",
      GCP_SERVICE_KEY: "",
      GOOGLE_CREDENTIALS: "",
      GOOGLE_APPLICATION_CREDENTIALS: "",
    };
    const found = pipelineIdentity({ ...step, ...aws, ...google, ...empty });
    expect(Object.keys(found).toSorted()).toEqual([
      "AWS_ROLE_SESSION_NAME",
      "AWS_WEB_IDENTITY_TOKEN_FILE",
      "BITBUCKET_STEP_OIDC_TOKEN",
      "GOOGLE_APPLICATION_CREDENTIALS",
    ]);
  });

  it.each<[what: string, env: Record<string, string>, message: string]>([
    [
      "a role without a token",
      { ...build, ...aws },
      "AWS_ROLE_ARN: this step of the pipeline has no token to log in with; give it oidc: true, or take the variable from it",
    ],
    [
      "a pair without a token",
      { ...build, ...google, BITBUCKET_STEP_OIDC_TOKEN: "" },
      "GOOGLE_PROVIDER: this step of the pipeline has no token to log in with; give it oidc: true, or take the variable from it",
    ],
    [
      "a provider without an account",
      { ...step, GOOGLE_PROVIDER: provider, GOOGLE_ACCOUNT: "" },
      "GOOGLE_ACCOUNT: required beside the other one of the two; set it to previewAccount or deployAccount of pulumi stack output google --stack ground",
    ],
    [
      "an account without a provider",
      { ...step, GOOGLE_ACCOUNT: account },
      "GOOGLE_PROVIDER: required beside the other one of the two; set it to trust.providers.bitbucket of pulumi stack output google --stack ground",
    ],
    [
      "a provider's URL",
      { ...step, ...google, GOOGLE_PROVIDER: `//iam.googleapis.com/${provider}` },
      `GOOGLE_PROVIDER: "//iam.googleapis.com/${provider}" is none; set it to trust.providers.bitbucket of pulumi stack output google --stack ground`,
    ],
    [
      "a person for an account",
      { ...step, ...google, GOOGLE_ACCOUNT: "me@example.com" },
      'GOOGLE_ACCOUNT: "me@example.com" is none; set it to previewAccount or deployAccount of pulumi stack output google --stack ground',
    ],
  ])("refuses %s", (_what, env, message) => {
    expect(() => pipelineIdentity(env)).toThrow(new UserError(message));
  });
});

describe("a delivery in a pipeline's step", () => {
  it("hands its identity to Pulumi, and leaves no token in the environment, in words or behind", async () => {
    const project = fakeProject();
    const up = ["pulumi", "up", "--stack", "production"];
    const ran = await project.run("deliver", up, { ...step, ...aws, ...google });
    const [call] = project.calls();
    const file = call?.env.AWS_WEB_IDENTITY_TOKEN_FILE ?? "";
    expect({ code: ran.code, session: call?.env.AWS_ROLE_SESSION_NAME, file }).toEqual({
      code: 0,
      session: "shop-7",
      file: expect.stringMatching(/token$/),
    });
    expect(dirname(call?.env.GOOGLE_APPLICATION_CREDENTIALS ?? "")).toBe(dirname(file));
    expect(existsSync(dirname(file))).toBe(false);
    expect(JSON.stringify([ran, project.calls("stack"), call])).not.toContain(token);
  }, 60_000);

  it("stops before anything is asked where oidc is forgotten", async () => {
    const project = fakeProject();
    const ran = await project.run("rollback", ["--stack", "production"], { ...build, ...aws });
    expect([ran.code, ran.stderr, project.calls("stack")]).toEqual([
      1,
      "  AWS_ROLE_ARN: this step of the pipeline has no token to log in with; give it oidc: true, or take the variable from it\n",
      [],
    ]);
  }, 60_000);
});
