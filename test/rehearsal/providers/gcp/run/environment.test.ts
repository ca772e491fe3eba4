import { expect, test } from "vitest";
import { environmentOf } from "../../../../../rehearsal/providers/gcp/run/environment.ts";
import { project } from "../configured.ts";
import { testSession } from "../session.ts";

const account = `runner@${project}.iam.gserviceaccount.com`;
const path = `projects/${project}/secrets/token`;

function reading(version: string, granted = path) {
  const session = testSession();
  const { cloud } = session;
  const keep = (number: number, state: string) =>
    cloud.put("gcp/secret-version", `${path}/versions/${number}`, { state, value: `v${number}` });
  for (const number of [1, 2, 9, 10]) keep(number, number === 9 ? "DESTROYED" : "ENABLED");
  const role = "roles/secretmanager.secretAccessor";
  cloud.put("gcp/binding", `${granted}/${role}/serviceAccount:${account}`, {});
  const valueSource = { secretKeyRef: { secret: "token", version } };
  const envs = [
    { name: "PLAIN", value: "a" },
    { name: "TOKEN", valueSource },
  ];
  return () => environmentOf(session, { envs }, { account, project });
}

test.each([
  ["2", "v2"],
  ["latest", "v10"],
])("version %s is %s", (version, value) => {
  expect(reading(version)()).toEqual({ env: { PLAIN: "a", TOKEN: value }, secrets: [value] });
});

test("a role on the whole project is enough", () => {
  expect(reading("1", `projects/${project}`)().secrets).toEqual(["v1"]);
});

test("what is missing, destroyed or closed fails the revision", () => {
  expect(reading("3")).toThrow(`Secret ${path}/versions/3 was not found`);
  expect(reading("9")).toThrow(`Secret ${path}/versions/9 is DESTROYED`);
  expect(reading("1", "projects/other")).toThrow(
    `Permission denied on secret: ${path} for Revision service account ${account}.`,
  );
});
