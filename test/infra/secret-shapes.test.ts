import { describe, expect, it } from "vitest";
import { secretShapes } from "../../infra/secret-shapes.ts";

const found = (text: string) =>
  secretShapes.filter(({ form }) => text.search(form) >= 0).map(({ what }) => what);
const masked = (text: string) =>
  secretShapes.reduce((rest, { form }) => rest.replace(form, "…"), text);

// Put together here, so that no scan of the checkout takes them for real ones.
const issue = (prefix: string, length: number) => prefix + "a1".repeat(length).slice(0, length);
const at = (scheme: string, ...rest: string[]) => `${scheme}://${rest.join(":")}`;
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJlIG9mIGl0"].join(".");
const pem = (kind: string) => {
  const [begin, end] = ["BEGIN", "END"].map((mark) => `-----${mark} ${kind}PRIVATE KEY-----`);
  return `${begin}\nMIIE\n${end}`;
};

const tokens: [what: string, token: string][] = [
  ["a key of AWS", `AKIA${"A1".repeat(8)}`],
  ["a key of AWS", `ASIA${"A1".repeat(8)}`],
  ["a key of Google", issue("AIza", 35)],
  ["a token of Google", issue("ya29.", 60)],
  ["a token of Google", issue("GOCSPX-", 28)],
  ["a private key", pem("")],
  ["a private key", pem("RSA ")],
  ["a private key", pem("OPENSSH ").replaceAll("\n", "\\n")],
  ["a signed token", jwt],
  ["a token of GitHub", issue("ghp_", 36)],
  ["a token of GitHub", issue("gho_", 36)],
  ["a token of GitHub", issue("ghs_", 36)],
  ["a token of GitHub", `${issue("ghs_", 20)}.${issue("e", 30)}-_.${issue("s", 30)}`],
  ["a token of GitHub", issue("github_pat_", 82)],
  ["a token of GitLab", issue("glpat-", 20)],
  ["a token of Bitbucket", issue("ATBB", 32)],
  ["a token of Bitbucket", `${issue("ATATT3", 10)}-_${issue("x", 40)}=1234ABCD`],
  ["a token of Bitbucket", `${issue("ATCTT3", 4)}-${issue("x", 40)}=1234ABCD`],
  ["a token of Docker Hub", issue("dckr_pat_", 27)],
  ["a token of Docker Hub", issue("dckr_oat_", 32)],
  ["a token of Slack", ["xoxb", "123456789012", "abc"].join("-")],
  ["a token of Slack", ["xoxe", "1", "abcdefghijkl"].join("-")],
  ["a token of Slack", ["xoxe.xoxp", "1", "abcdefghijkl"].join("-")],
  ["a token of Pulumi", `pul-${"0f".repeat(20)}`],
  ["a token of npm", issue("npm_", 36)],
  ["a token of PyPI", issue("pypi-AgEIcHlwaS5vcmc", 60)],
  ["a key of Stripe", issue("sk_live_", 24)],
];

describe("a secret that was issued", () => {
  it.each(tokens)("is known by its shape: %s", (what, token) => {
    expect(found(token)).toEqual([what]);
  });

  it.each(tokens)("is masked whole, and nothing beside it: %s", (_what, token) => {
    expect(masked(`told "${token}", KEY=${token} (${token}) a:${token}`)).toBe(
      'told "…", KEY=… (…) a:…',
    );
  });
});

describe("an address", () => {
  it.each([
    [at("postgres", "web", "hunter2@db/web"), "postgres://…@db/web"],
    [at("redis", "", "hunter2@h"), "redis://…@h"],
    [at("amqp", "u", "p@ss@h/v"), "amqp://…@h/v"],
    [at("amqp", "u", "pa/ss@h/v"), "amqp://…@h/v"],
    [at("amqp", "u", "p@/ss@h/v"), "amqp://…@/ss@h/v"],
    [at("amqp", "u", "p:w@h:5672"), "amqp://…@h:5672"],
    [at("https", "u", "pw@h/p?mail=a@b.c"), "https://…@h/p?mail=a@b.c"],
    [at("mongodb", "u", "pw@h1:27017,h2:27017/d"), "mongodb://…@h1:27017,h2:27017/d"],
    [`a ${at("http", "u", "1@h")},${at("http", "u", "2@h")} b`, "a http://…@h,http://…@h b"],
    [`https://${issue("tok", 20)}@github.com/a/b`, "https://…@github.com/a/b"],
    [`https://${issue("tok", 20)}:@api.example/v1`, "https://…@api.example/v1"],
    [`https://${issue("tok", 20)}:x-oauth-basic@github.com`, "https://…@github.com"],
  ])("keeps what is no credential: %s", (text, rest) => {
    expect(masked(text)).toBe(rest);
  });

  it.each([
    "postgres://web@db.internal:5432/web",
    "http://localhost:4873/@scope/package",
    "https://cdn.example:443/npm/package@1.2.3",
    "http://[::1]:8080/@scope",
    "http://web:$PORT/a@b",
    "jdbc:postgresql://db:5432/web?mail=a@b.c",
    `oci://registry.example:5000/web@sha256:${"1".repeat(64)}`,
    `docker://alpine:3.19@sha256:${"1".repeat(64)}`,
    "ssh://git@bitbucket.org:22/acme/web.git",
    "https://first.last@bitbucket.org/acme/web.git",
    "https://bitbucket.org/acme/web",
    ["postgres://web", "$" + "{DB_PASSWORD}@db/web"].join(":"),
  ])("without one is left alone: %s", (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe("a password that is given", () => {
  it.each([
    ["--password=x", "--password=…"],
    ["--password=$ecret", "--password=…"],
    ["run --db-password hunter2 --fast", "run --db-password … --fast"],
    ["run --api-key 'hunter 2' --fast", "run --api-key … --fast"],
    ["PASSWORD=hunter2", "PASSWORD=…"],
    ["host=db user=web password=p@ss/w0rd;x", "host=db user=web password=…"],
    [String.raw`{\"a\":\"--token=\"hunter 2\" b`, String.raw`{\"a\":\"--token=… b`],
    ["https://h/?api_key=hunter2", "https://h/?api_key=…"],
    [
      "DefaultEndpointsProtocol=https;AccountKey=hunter2==",
      "DefaultEndpointsProtocol=https;AccountKey=…",
    ],
    ["--client-secret=hunter2", "--client-secret=…"],
  ])("is masked: %s", (text, rest) => {
    expect(masked(text)).toBe(rest);
  });

  it.each([
    "--password=$DB_PASSWORD",
    `--password="$${"{DB_PASSWORD}"}" --fast`,
    "--use-token=true",
    "--password-file=/run/secrets/db",
    "--secret id=npm,src=.npmrc",
    "--set-secrets=API=web-api:latest",
    "a password is asked for",
    "page=2&sort=name",
  ])("is not where none is: %s", (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe("what looks like a secret", () => {
  it.each([
    "global-load-balancer-of-the-company",
    "pypi-mirror-in-europe-west1-b",
    "npm_config_registry_of_the_whole_company",
    "sha256:".padEnd(71, "a"),
    "0123456789abcdef0123456789abcdef01234567",
    "projects/acme/secrets/web-token/versions/3",
    "eyJhdXRocyI6eyJub25lIjp7fX19",
    "PAKIAAAAAAAAAAAAAAAAAA",
    "-----BEGIN CERTIFICATE-----",
  ])("is none: %s", (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe("every form", () => {
  // A class and an escape are one letter each; what is left are groups, choices and repetitions.
  const skeleton = ({ source }: RegExp) => source.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");

  it("repeats nothing without a bound", () => {
    const unbounded = secretShapes.filter(({ form }) => /[*+]|\{\d+,\}/.test(skeleton(form)));
    expect(unbounded).toEqual([]);
  });

  it("is searched from the start, everywhere in a text", () => {
    expect(secretShapes.map(({ form }) => form.global && !form.sticky)).not.toContain(false);
  });

  it.each([
    "eyJ-",
    "eyJaaaaaaaa.",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN ",
    "://",
    "://:",
    "://a:b",
    "://a:/b",
    "@",
    "https://aaaaaaaaaaaa",
    "password=",
    'password="',
    "--token ",
    "--",
    "ghp_",
    "ATBB",
    "A",
    " ",
  ])("is done with a text of 200,000 letters: %j", (part) => {
    expect(masked(part.repeat(Math.ceil(200_000 / part.length))).length).toBeGreaterThan(0);
  });
});
