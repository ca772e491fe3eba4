import { expect, it } from "vitest";
import { storedKeys } from "../../../delivery/identity/stored-keys.ts";

const json = '{"type":"service_account"}';

it.each<[what: string, env: Record<string, string>, keys: Record<string, string>]>([
  ["nothing", {}, {}],
  ["a key as JSON", { GCP_SERVICE_KEY: json }, { GOOGLE_CREDENTIALS: json }],
  ["a key in base64", { GCP_SERVICE_KEY: btoa(json) }, { GOOGLE_CREDENTIALS: json }],
  ["a key beside Google's own", { GCP_SERVICE_KEY: json, GOOGLE_CREDENTIALS: "own" }, {}],
  [
    "a key beside the file of one",
    { GCP_SERVICE_KEY: json, GOOGLE_APPLICATION_CREDENTIALS: "f" },
    {},
  ],
  [
    "places",
    { GCP_PROJECT_ID: "acme-1", GCP_REGION: "europe-west1", AWS_DEFAULT_REGION: "eu-west-1" },
    { GOOGLE_PROJECT: "acme-1", GOOGLE_REGION: "europe-west1", AWS_REGION: "eu-west-1" },
  ],
  ["a region beside another", { AWS_DEFAULT_REGION: "eu-west-1", AWS_REGION: "eu-west-2" }, {}],
])("hands on %s", (_what, env, keys) => {
  expect(storedKeys(env)).toEqual(keys);
});
