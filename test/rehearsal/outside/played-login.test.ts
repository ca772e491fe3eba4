import { delimiter } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { dockerLogin } from "../../../infra/registries/docker-login.ts";
import { playedDockerConfig } from "../../../rehearsal/run-command.ts";

beforeEach(() => void vi.stubEnv("PATH", `${playedDockerConfig}${delimiter}${process.env.PATH}`));
afterEach(() => void vi.unstubAllEnvs());

it.each([
  ["gcr.io", "oauth2accesstoken"],
  ["eu.gcr.io", "oauth2accesstoken"],
  ["europe-west1-docker.pkg.dev", "oauth2accesstoken"],
  ["123456789012.dkr.ecr.eu-west-1.amazonaws.com", "AWS"],
  ["https://index.docker.io/v1/", undefined],
  ["localhost:5055", undefined],
])("a rehearsed command finds Docker logged in at %s as %s", async (server, username) => {
  const login = username && { username, password: "rehearsal" };
  expect(await dockerLogin(server, playedDockerConfig)).toEqual(login);
});
