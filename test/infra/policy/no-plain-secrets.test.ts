import { describe, expect, it } from "vitest";
import { noPlainSecrets } from "../../../infra/policy/no-plain-secrets.ts";
import { type Resource, secretMark, unknownMark } from "../../../infra/policy/rule.ts";
import { factsOf, resource } from "./judge.ts";

const check = (asked: Resource) => noPlainSecrets.check?.(asked, factsOf());

const container = (...envs: string[]) => resource("docker:index/container:Container", { envs });
const service = (...envs: object[]) =>
  resource("gcp:cloudrunv2/service:Service", { template: { containers: [{ envs }] } });
const environment = (name: string, value: string, kind = "environment") =>
  resource("aws:elasticbeanstalk/environment:Environment", {
    settings: [{ namespace: `aws:elasticbeanstalk:application:${kind}`, name, value }],
  });
const image = (args: object) => resource("docker:index/image:Image", { build: { args } });
const secretKeyRef = { secret: "web-TOKEN", version: "3" };

// Put together here, so that no scan of the checkout takes them for real ones.
const values: [what: string, value: string][] = [
  ["a key of Google", `AIza${"a".repeat(35)}`],
  ["a private key", ["-----BEGIN", "PRIVATE KEY-----\nMIIE"].join(" ")],
  ["a token of npm", `npm_${"a".repeat(36)}`],
  ["an address with a password", ["postgres://web", "hunter2@db.internal/web"].join(":")],
  ["an address with a password", ["redis://", "hunter2@cache.internal"].join(":")],
  ["an address with a token", `https://${"a".repeat(20)}@git.example/web`],
  ["a password", "run --password=hunter2"],
];

describe("a variable", () => {
  it.each<[string, Resource]>([
    ["an ordinary one", container("APP_DESCRIPTION=The app", "PORT=8000", "EMPTY=")],
    ["one that is secret", container(secretMark)],
    ["one that a preview does not know", service({ name: "TOKEN", value: unknownMark })],
    ["a secret in a service", service({ name: "API_TOKEN", value: secretMark })],
    ["one out of Secret Manager", service({ name: "TOKEN", valueSource: { secretKeyRef } })],
    [
      "one out of Secrets Manager",
      environment("TOKEN", "arn:aws:secretsmanager:eu-west-1:1:secret:web", "environmentsecrets"),
    ],
    ["a name that only points", container("TOKEN_URL=https://id.example/token", "SECRET_NAME=a")],
    ["a switch", container("REQUIRE_PASSWORD=true", "USE_TOKEN=False")],
    ["an empty one", environment("DB_PASSWORD", "")],
    [
      "an address whose password is named",
      container(["DATABASE=postgres://web", "$" + "{DB_PASSWORD}@db.internal/web"].join(":")),
    ],
    ["an address without a password", container("DATABASE=postgres://web@db.internal:5432/web")],
    ["build arguments", image({ app_version: "0.1.0", app_commit: "0".repeat(40) })],
    ["another resource", resource("gcp:serviceaccount/account:Account", { envs: ["TOKEN=a"] })],
  ])("is accepted: %s", (_what, asked) => {
    expect(check(asked)).toEqual([]);
  });

  it.each<[string, Resource, string]>([
    ["a container's", container("PORT=80", "DB_PASSWORD=hunter2"), "DB_PASSWORD"],
    ["a service's", service({ name: "API_TOKEN", value: "hunter2" }), "API_TOKEN"],
    ["an environment's", environment("SECRET_KEY", "hunter2"), "SECRET_KEY"],
    ["a build argument", image({ NPM_TOKEN: "hunter2" }), "NPM_TOKEN"],
    ["in small letters", container("client_secret=hunter2"), "client_secret"],
    ["in one word", container("APIKEY=hunter2"), "APIKEY"],
  ])("is refused by its name: %s", (_whose, asked, name) => {
    expect(check(asked)).toEqual([`${name} is set in clear`]);
  });

  it.each(values)("is refused when it holds %s", (what, value) => {
    expect(check(container(`SETTING=${value}`))).toEqual([`SETTING holds ${what} in clear`]);
    expect(check(service({ name: "SETTING", value }))).toEqual([`SETTING holds ${what} in clear`]);
  });
});
