import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi/errors.js";
import { describe, expect, it } from "vitest";
import { dockerLogin } from "../../../infra/registries/docker-login.ts";
import { credentialHelper, dockerConfig, temporaryFolder, written } from "./logins.ts";

const server = "gcr.io";

describe("Docker's login", () => {
  it.each([
    ["a host", { "gcr.io": written("me", "pw") }],
    ["a host with a scheme and a path", { "https://gcr.io/v2/": written("me", "pw") }],
    ["user and password in clear", { "gcr.io": { username: "me", password: "pw" } }],
  ])("is found by %s", async (_what, auths) => {
    expect(await dockerLogin(server, dockerConfig({ auths }))).toEqual({
      username: "me",
      password: "pw",
    });
  });

  it.each([
    ["of another host", { auths: { "eu.gcr.io": written("me", "pw") } }],
    ["without a password", { auths: { "gcr.io": { auth: "bWU=" } } }],
    ["in a configuration without logins", {}],
  ])("is not found %s", async (_what, config) => {
    expect(await dockerLogin(server, dockerConfig(config))).toBeUndefined();
  });

  it("is not found where there is no configuration", async () => {
    expect(await dockerLogin(server, undefined)).toBeUndefined();
    expect(await dockerLogin(server, join(temporaryFolder(), "none"))).toBeUndefined();
  });

  it.each([
    ["says that it knows none", 'echo "credentials not found in native keychain"; exit 1'],
    ["gives none", "echo '{}'"],
    ["gives a refresh token", `echo '{"Username":"<token>","Secret":"refresh"}'`],
  ])("is the configuration's where the credential store %s", async (_what, script) => {
    credentialHelper("slipway-test", script);
    const auths = { "gcr.io": written("me", "pw") };
    const folder = dockerConfig({ auths, credsStore: "slipway-test" });
    expect(await dockerLogin(server, folder)).toEqual({ username: "me", password: "pw" });
  });

  it("is had by a helper that runs in the environment it is given", async () => {
    const echo = `echo '{"Username":"me","Secret":"'$ROLE'"}'`;
    credentialHelper("slipway-test", echo);
    const folder = dockerConfig({ credsStore: "slipway-test" });
    const environment = { ...process.env, ROLE: "deploy" };
    expect(await dockerLogin(server, folder, environment)).toEqual({
      username: "me",
      password: "deploy",
    });
  });

  it("is refused as a whole where the configuration is no JSON, without a word of it", async () => {
    const folder = dockerConfig('{"auths": {"gcr.io": {"auth": "c2VjcmV0"');
    await expect(dockerLogin(server, folder)).rejects.toThrow(
      new RunError(
        `Docker's configuration ${folder}/config.json: is not JSON; mend it or log in again`,
      ),
    );
  });

  it("is refused as a whole where the configuration cannot be read", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "config.json"));
    await expect(dockerLogin(server, folder)).rejects.toThrow(
      new RunError(
        `Docker's configuration ${folder}/config.json: cannot be read (EISDIR); let this user read it`,
      ),
    );
  });

  it.each([
    ["is not on the PATH", "slipway-none", ""],
    ["failed (3)", "slipway-test", 'echo "the password is s3cret"; exit 3'],
    ["gave no login", "slipway-test", 'echo "s3cret"'],
  ])(
    "cannot be had where its helper %s, and says nothing of what that said",
    async (how, name, script) => {
      if (script) credentialHelper(name, script);
      const folder = dockerConfig({ credHelpers: { "gcr.io": name } });
      await expect(dockerLogin(server, folder)).rejects.toThrow(
        new RunError(
          `Docker's login at gcr.io: docker-credential-${name} ${how}; log in again, or take it out of credHelpers and credsStore in Docker's config.json`,
        ),
      );
    },
  );
});
