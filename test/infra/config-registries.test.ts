import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { logins } from "../../infra/config/environment.ts";
import { problemsOf, serviceWith } from "./stack-config.ts";

const hub = { kind: "docker-hub", namespace: "acme" };
const native = {
  kind: "artifact-registry",
  project: "acme-dev",
  location: "europe-west1",
  repository: "apps",
};
const gcr = { kind: "artifact-registry", project: "acme-dev", host: "gcr.io" };
const ecr = { kind: "ecr", account: "123456789012", region: "eu-west-1" };
const token = { secret: "HUB" };
const through = { project: "acme-dev", location: "europe-west1", repository: "hub" };
const registry = "slipway:services.web.registry";

const problems = (value: object) =>
  problemsOf({ ...serviceWith({ registry: value }), secrets: { HUB: "t0ken" } });

beforeEach(() => {
  for (const name of ["GCP_PROJECT_ID", "AWS_REGION"]) vi.stubEnv(name, undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a registry that is accepted", () => {
  it.each([
    hub,
    { ...hub, repository: "my_app", private: true, token },
    { ...hub, repository: "a--b.c__d", token, username: "bot" },
    { ...hub, private: true, through },
    native,
    { ...native, location: "europe", image: "team/web" },
    gcr,
    { ...gcr, host: "asia.gcr.io", image: "web" },
    ecr,
    { ...ecr, repository: "team/web" },
  ])("is such as %j", (value) => {
    expect(problems(value)).toEqual([]);
  });
});

describe("a registry that is refused", () => {
  it.each<[object, string]>([
    [{ kind: "docker-hub" }, `${registry}.namespace: required; set it to a text`],
    [
      { ...hub, namespace: "Acme" },
      `${registry}.namespace: "Acme" is no namespace of Docker Hub; use its lower-case letters and digits`,
    ],
    [
      { ...hub, repository: "team/web" },
      `${registry}.repository: "team/web" is no repository of Docker Hub; use lower-case letters, digits and - . _ between them, without a /`,
    ],
    [
      { ...hub, username: "bot" },
      `${registry}.username: is used together with token only; set token to {secret: NAME}, or take it out`,
    ],
    [
      { ...hub, token: "t0ken" },
      `${registry}.token: names no secret; write {secret: NAME of one of slipway:secrets}`,
    ],
    [
      { ...hub, token: { secret: "OTHER" } },
      `${registry}.token: there is no secret "OTHER"; set it with pulumi config set --secret --path slipway:secrets.OTHER`,
    ],
    [
      { ...hub, through: { ...through, location: "europe-west1-b" } },
      `${registry}.through.location: "europe-west1-b" is a zone; use its region, europe-west1`,
    ],
    [
      { kind: "artifact-registry", project: "acme-dev" },
      `${registry}: needs one way to name the repository; set either host (gcr.io and the like), or location and repository`,
    ],
    [
      { ...native, host: "gcr.io" },
      `${registry}: needs one way to name the repository; set either host (gcr.io and the like), or location and repository`,
    ],
    [
      { ...gcr, host: "fr.gcr.io" },
      `${registry}.host: "fr.gcr.io" is not one of the choices; use one of gcr.io, us.gcr.io, eu.gcr.io, asia.gcr.io`,
    ],
    [
      { ...native, repository: "my_apps" },
      `${registry}.repository: "my_apps" is no repository of Artifact Registry; use 1 to 63 lower-case letters, digits and -, beginning with a letter`,
    ],
    [
      { kind: "artifact-registry", host: "gcr.io" },
      `${registry}.project: required; set it in the stack file, or as GCP_PROJECT_ID`,
    ],
    [
      { ...ecr, account: "1234" },
      `${registry}.account: "1234" is no account; use its 12 digits, in quotes`,
    ],
    [
      { kind: "ecr", account: "123456789012" },
      `${registry}.region: required; set it in the stack file, or as AWS_REGION`,
    ],
    [
      { ...ecr, repository: "Web" },
      `${registry}.repository: "Web" is no repository name; use lower-case letters, digits and - . _ / between them`,
    ],
  ])("is such as %j", (value, problem) => {
    expect(problems(value)).toEqual([problem]);
  });
});

describe("the logins of the environment", () => {
  const key = '{"type":"service_account"}';
  const none = {
    dockerHub: undefined,
    googleKey: undefined,
    dockerConfig: join("/home/me", ".docker"),
  };

  it.each([
    [{}, {}],
    [{ DOCKERHUB_USERNAME: "acme" }, {}],
    [
      { DOCKERHUB_USERNAME: "acme", DOCKERHUB_PASSWORD: "pw" },
      { dockerHub: { username: "acme", password: "pw" } },
    ],
    [
      { DOCKER_HUB_USER: "acme", DOCKER_HUB_KEY: "pw" },
      { dockerHub: { username: "acme", password: "pw" } },
    ],
    [{ GCP_SERVICE_KEY: key }, { googleKey: key }],
    [{ GCP_SERVICE_KEY: btoa(key) }, { googleKey: key }],
    [{ DOCKER_CONFIG: "/elsewhere" }, { dockerConfig: "/elsewhere" }],
  ])("of %j are %j", (env, expected) => {
    expect(logins({ HOME: "/home/me", ...env })).toEqual({ ...none, ...expected });
  });
});
