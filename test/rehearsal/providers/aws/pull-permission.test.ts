import { expect, test } from "vitest";
import { checkPull } from "../../../../rehearsal/providers/aws/pull-permission.ts";
import type { Session } from "../../../../rehearsal/providers/aws/session.ts";
import { configuration } from "./session.ts";

const account = "123456789012";
const hub = "https://index.docker.io/v1/";
const login = (server: string) => JSON.stringify({ auths: { [server]: { auth: "YTpi" } } });

/** A cloud with a login file, a repository, a private namespace and a role that may read what is said. */
async function cloudWith(content: string, actions: string[], home = "eu-west-1"): Promise<Session> {
  const { cloud } = await configuration();
  const statement = { Effect: "Allow", Action: actions, Resource: "*" };
  cloud.put("hub/private", "acme/web", {});
  cloud.put("aws/bucket", "acme", { region: home });
  const stored = { content: Buffer.from(content).toString("base64"), state: {} };
  cloud.put("aws/object", "acme/login.json", stored);
  cloud.put("aws/ecr-repository", `${account}/eu-west-1/web`, {});
  const policy = JSON.stringify({ Statement: statement });
  cloud.put("aws/role-policy", `${account}/role/own`, { policy });
  return { cloud, account } as Session;
}

const ecr = `${account}.dkr.ecr.eu-west-1.amazonaws.com`;
const all = ["s3:GetObject", "ecr:*"];

test.each<
  [
    title: string,
    image: string,
    refusal: string | undefined,
    given?: Partial<{ content: string; actions: string[]; home: string; key: string | undefined }>,
  ]
>([
  ["a public image needs no login", "acme/open:1", undefined, { key: undefined }],
  ["another registry is not asked for", "ghcr.io/acme/web", undefined, { key: undefined }],
  ["a private one is pulled with one", "docker.io/acme/web:1", undefined],
  ["a login of old counts", "acme/web", undefined, { content: `{"${hub}":{"auth":"YTpi"}}` }],
  ["a private one without it", "acme/web", "the repository is private", { key: undefined }],
  [
    "a login for another registry",
    "acme/web",
    `no login for ${hub}`,
    { content: login("ghcr.io") },
  ],
  ["a file that is none", "acme/web", "is not valid JSON", { content: "hello" }],
  ["a file that is not there", "acme/open", "none.json does not exist", { key: "none.json" }],
  ["a file in another region", "acme/web", "is in us-east-1", { home: "us-east-1" }],
  ["a file that may not be read", "acme/web", "is not allowed s3:GetObject", { actions: [] }],
  ["ECR is pulled as the role may", `${ecr}/web@sha256:0`, undefined],
  ["ECR without it", `${ecr}/web:1`, "is not allowed ecr:GetAuthorizationToken", { actions: [] }],
  ["ECR in part", `${ecr}/web:1`, "ecr:BatchGetImage", { actions: ["ecr:GetAuthorizationToken"] }],
  ["ECR's unknown repository", `${ecr}/other:1`, "the repository other does not exist"],
])("%s", async (_title, image, refusal, given = {}) => {
  const { content = login(hub), actions = all, home } = given;
  const key = "key" in given ? given.key : "login.json";
  const session = await cloudWith(content, actions, home);
  const plan = {
    image,
    containerPort: 8000,
    hostPort: 8000,
    isProxied: true,
    getsVariables: true,
    variables: {},
    ...(key && { authentication: { bucket: "acme", key } }),
  };
  const check = () => checkPull(session, "eu-west-1", "role", plan);
  if (refusal === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(refusal);
});
