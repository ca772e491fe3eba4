import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi/errors.js";
import { UserRefreshClient } from "google-auth-library";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openArtifactRegistry } from "../../../infra/registries/artifact-registry.ts";
import { googleLogin } from "../../../infra/registries/google-login.ts";
import { type Answer, account, googleTokens, subject } from "./google-tokens.ts";
import { dockerConfig, noAccess, shown, temporaryFolder, written } from "./logins.ts";

const host = "gcr.io";
const key = JSON.stringify({ type: "service_account", client_email: account, private_key: "-" });

const refusal = async (login: Promise<unknown>): Promise<unknown> =>
  login.catch((error: unknown) => error);

describe("a login at Google's registries", () => {
  it("of a pipeline's token is one that stands for the service account", async () => {
    const { requests, file } = await googleTokens();
    expect(await googleLogin(host, { file })).toEqual({
      username: "oauth2accesstoken",
      // pragma: allowlist nextline secret
      password: "ya29.impersonated",
    });
    const scope = "https://www.googleapis.com/auth/cloud-platform";
    expect(requests).toEqual([
      [
        "/v1/token",
        undefined,
        expect.objectContaining({
          audience: "//iam.googleapis.com/projects/1/provider",
          subject_token: subject,
          subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        }),
      ],
      [
        `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
        "Bearer ya29.federated",
        expect.objectContaining({ scope: [scope] }),
      ],
    ]);
  });

  it.each([
    ["a token", { accessToken: "ya29.own", credentials: key }, "oauth2accesstoken:ya29.own"],
    ["a key", { credentials: key, file: "/none" }, `_json_key:${key}`],
    ["nothing", {}, undefined],
  ])("by %s asks nobody", async (_what, login, found) => {
    const made = await googleLogin(host, login);
    expect(made && `${made.username}:${made.password}`).toBe(found);
  });

  it("takes the credentials of a variable or of the file that it names", async () => {
    const { file, credentials } = await googleTokens();
    for (const value of [credentials, file]) {
      expect(await googleLogin(host, { credentials: value })).toMatchObject({
        // pragma: allowlist nextline secret
        password: "ya29.impersonated",
      });
    }
  });

  it("of a user is a token for the one that renews it", async () => {
    const spy = vi
      .spyOn(UserRefreshClient.prototype, "getAccessToken")
      .mockImplementation(async function (this: UserRefreshClient) {
        return { token: `ya29.${this._clientId}.${this._refreshToken}` };
      });
    onTestFinished(() => spy.mockRestore());
    const user = { client_id: "id", client_secret: "s", refresh_token: "again" };
    const credentials = JSON.stringify({ type: "authorized_user", ...user });
    expect(await googleLogin(host, { credentials })).toEqual({
      username: "oauth2accesstoken",
      // pragma: allowlist nextline secret
      password: "ya29.id.again",
    });
  });

  it.each<[string, { sts?: Answer; iam?: Answer }, string]>([
    [
      "a token that is not trusted",
      { sts: [400, { error: "invalid_grant", error_description: `${subject} is not trusted` }] },
      "Error code invalid_grant: … is not trusted",
    ],
    [
      "an account that it may not act for",
      { iam: [403, { error: { code: 403, message: "Permission denied for ya29.federated" } }] },
      "Permission denied for …",
    ],
    ["an answer without a token", { iam: [200, {}] }, "it is empty"],
  ])("is refused with Google's reason and without the token: %s", async (_what, answers, why) => {
    const { file } = await googleTokens(answers);
    expect(await refusal(googleLogin(host, { file }))).toEqual(
      new RunError(
        `gcr.io: Google gives no token for the credentials of GOOGLE_APPLICATION_CREDENTIALS (${why}); see that they are still good, and that whoever they name may log in and act for the service account`,
      ),
    );
  });

  it.each([
    [
      "no file",
      { file: "/none/of/these" },
      "GOOGLE_APPLICATION_CREDENTIALS: its file cannot be read (ENOENT); name one that is there and that this user may read",
    ],
    [
      "no JSON",
      { credentials: `{ ${subject}` },
      "GOOGLE_CREDENTIALS: is not JSON; have the credentials written anew",
    ],
    [
      "an unknown type",
      { credentials: '{"type":"gdch_service_account"}' },
      'GOOGLE_CREDENTIALS: credentials of the type "gdch_service_account" are not known here; use those of a service account, of a user or of a workload identity, or log Docker in',
    ],
    [
      "credentials without a type",
      { credentials: "{}" },
      "GOOGLE_CREDENTIALS: credentials of the type undefined are not known here; use those of a service account, of a user or of a workload identity, or log Docker in",
    ],
    [
      "a service account without its key",
      { credentials: '{"type":"service_account","client_email":"a@b"}' },
      "GOOGLE_CREDENTIALS: its service_account has no good private_key; have the credentials written anew",
    ],
    [
      "a user without a token",
      { credentials: '{"type":"authorized_user","client_id":"i","client_secret":"s"}' },
      "GOOGLE_CREDENTIALS: its authorized_user has no good refresh_token; have the credentials written anew",
    ],
    [
      "a workload identity of nothing",
      { credentials: '{"type":"external_account"}' },
      "GOOGLE_CREDENTIALS: its external_account has no good audience, subject_token_type, credential_source; have the credentials written anew",
    ],
    [
      "a workload identity without a source",
      {
        credentials:
          '{"type":"external_account","audience":"a","subject_token_type":"t","credential_source":{}}',
      },
      'GOOGLE_CREDENTIALS: No valid Identity Pool "credential_source" provided, must be either file, url, or certificate.; have the credentials written anew',
    ],
  ])("is refused for %s", async (_what, login, message) => {
    expect(await refusal(googleLogin(host, login))).toEqual(new RunError(message));
  });

  it.each(["null", "[]", '"key"', "5"])("is refused for a file with %s", async (text) => {
    const file = join(temporaryFolder(), "google.json");
    writeFileSync(file, text);
    const message =
      "GOOGLE_APPLICATION_CREDENTIALS: holds no credentials; have the credentials written anew";
    expect(await refusal(googleLogin(host, { file }))).toEqual(new RunError(message));
  });
});

describe("the login at Artifact Registry outside of a program", () => {
  const gcr = { kind: "artifact-registry", project: "acme-prod", host: "gcr.io" } as const;
  const open = async (logins: object) =>
    shown(
      (
        await openArtifactRegistry("web", gcr, {
          ...noAccess,
          logins: { ...noAccess.logins, ...logins },
        })
      ).credentials,
    );

  it("is Google's own where Docker has none", async () => {
    const { file } = await googleTokens();
    const google = { file };
    const folder = dockerConfig({ auths: { "gcr.io": written("stored", "pw") } });
    expect(await open({ google, dockerConfig: dockerConfig({}) })).toBe(
      "oauth2accesstoken:ya29.impersonated",
    );
    expect(await open({ google, dockerConfig: folder })).toBe("stored:pw");
  });
});
