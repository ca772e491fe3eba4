import { expect, test } from "vitest";
import { takeForGranted } from "../../../../rehearsal/providers/gcp/taken-for-granted.ts";
import { configured, project } from "./configured.ts";

const prover = `prover@${project}.iam.gserviceaccount.com`;
const config = {
  "slipway:services": {
    web: {
      env: {
        PLAIN: "a",
        OWN: { secret: "token" },
        SHORT: { ref: "token:3" },
        LONG: { ref: "projects/acme-shared/secrets/key/versions/1" },
      },
      target: { kind: "cloud-run", project, prover },
    },
    other: { env: { A: { ref: "b:1" } }, target: { kind: "elastic-beanstalk" } },
  },
};

test("what a stack refers to is there, once, until a program makes it", async () => {
  const at = await configured();
  expect(takeForGranted(at.cloud, config)).toEqual([
    `projects/${project}/secrets/token/versions/3`,
    "projects/acme-shared/secrets/key/versions/1",
    prover,
  ]);
  expect(takeForGranted(at.cloud, config)).toEqual([]);
  const member = `serviceAccount:${prover}`;
  await at.make("gcp:secretmanager/secretIamMember:SecretIamMember", {
    secretId: "key",
    project: "acme-shared",
    role: "roles/secretmanager.secretAccessor",
    member,
  });
  const made = await at.make("gcp:serviceaccount/account:Account", { accountId: "prover" });
  expect(made.state).toMatchObject({ member });
  await expect(
    at.make("gcp:serviceaccount/account:Account", { accountId: "prover" }),
  ).rejects.toThrow("already exists");
});

test("a secret that names a database is told the one there is now, and the others stay as they are", async () => {
  const { cloud } = await configured();
  const version = (id: string) => cloud.get<{ value: string }>("gcp/secret-version", id)?.value;
  const shop = {
    "slipway:services": {
      web: {
        env: { DATABASE_URL: { ref: "web-database:2" }, TOKEN: { ref: "token:1" } },
        target: { kind: "cloud-run", project },
      },
    },
  };
  const [database, token] = [
    `projects/${project}/secrets/web-database/versions/2`,
    `projects/${project}/secrets/token/versions/1`,
  ];
  takeForGranted(cloud, shop);
  expect([version(database), version(token)]).toEqual(["placeholder", "placeholder"]);
  takeForGranted(cloud, shop, { web: "postgresql://one" });
  takeForGranted(cloud, shop, { web: "postgresql://two" });
  takeForGranted(cloud, shop);
  expect([version(database), version(token)]).toEqual(["postgresql://two", "placeholder"]);
});

test.each([[{}], [{ "slipway:services": "x" }], [{ "slipway:services": { web: null } }]])(
  "%j refers to nothing",
  async (broken) => {
    expect(takeForGranted((await configured()).cloud, broken)).toEqual([]);
  },
);
