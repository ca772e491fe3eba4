import { expect, test } from "vitest";
import { createGoogleProvider } from "../../../../rehearsal/providers/gcp/provider.ts";
import { call, project } from "./configured.ts";
import { testSession } from "./session.ts";

function provider(env: NodeJS.ProcessEnv = {}) {
  const { cloud, registry } = testSession();
  return createGoogleProvider({ cloud, registry, env });
}

test.each([
  ["", []],
  ['{"client_email":"a@b"}', []],
  [import.meta.filename, []],
  [
    "canary",
    [
      {
        property: "credentials",
        reason: "is neither the key of a service account in JSON nor the path of one",
      },
    ],
  ],
])("the credentials %j are checked", async (credentials, failures) => {
  const checked = await provider().checkConfig?.({ project, credentials }, call);
  expect(checked?.failures ?? []).toEqual(failures);
});

test("no project and an odd region are said, not refused", async () => {
  const said: string[] = [];
  const log = { ...call.log, warn: (text: string) => void said.push(text) };
  await provider().checkConfig?.({ region: "europe-west1-b" }, { ...call, log });
  expect(said).toEqual([
    "no project is set for the gcp provider; set gcp:project",
    'gcp:region: "europe-west1-b" is no region',
  ]);
});

test("project and region come from the configuration, else from the environment", async () => {
  const env = { GOOGLE_CLOUD_PROJECT: "acme-env", GOOGLE_REGION: "europe-north1" };
  const asked = async (config: Record<string, string>) => {
    const { functions } = await provider(env).configure(config, call);
    return functions["gcp:organizations/getClientConfig:getClientConfig"]?.({}, call);
  };
  expect(await asked({})).toMatchObject({ project: "acme-env", region: "europe-north1" });
  expect(await asked({ project })).toMatchObject({ project, region: "europe-north1" });
});
