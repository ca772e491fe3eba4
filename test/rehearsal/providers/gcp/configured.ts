import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Cloud, openCloud } from "../../../../rehearsal/cloud/cloud.ts";
import { silentLog } from "../../../../rehearsal/providers/engine-log.ts";
import { createGoogleProvider } from "../../../../rehearsal/providers/gcp/provider.ts";
import type { Call, ResourceType } from "../../../../rehearsal/providers/provider.ts";
import type { Properties } from "../../../../rehearsal/providers/values.ts";

// The stand-in's types as plain functions, on a cloud in a folder, without Pulumi's engine and without Docker's.

export const call: Call = {
  urn: "urn:pulumi:test::cloud::gcp:x:X::x",
  preview: false,
  signal: new AbortController().signal,
  log: silentLog,
};

export const project = "acme-staging";
/** What the stand-in gives this project for its number. */
export const number = "675647383892";

/** A resource as a program would hold it. */
export interface Made {
  readonly id: string;
  readonly state: Properties;
  /** What a preview with other inputs would show. */
  changes(news: Properties): Promise<object>;
  update(news: Properties): Promise<Properties>;
  read(): Promise<Properties | undefined>;
  delete(): Promise<void>;
}

export interface Configured {
  readonly cloud: Cloud;
  /** The reasons to refuse inputs, with the properties they name. */
  check(type: string, inputs: Properties): Promise<string[]>;
  preview(type: string, inputs: Properties): Promise<Properties>;
  make(type: string, inputs: Properties): Promise<Made>;
  ask(token: string, args: Properties): Promise<Properties>;
}

/** Configures the stand-in for one test, with the project's APIs switched on. */
export async function configured(config: Properties = {}, more: object = {}): Promise<Configured> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-gcp-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cloud = openCloud(folder);
  const apis =
    "run artifactregistry secretmanager monitoring iam iamcredentials cloudresourcemanager";
  for (const name of apis.split(" ")) cloud.put("gcp/api", `${project}/${name}.googleapis.com`, {});
  const provider = createGoogleProvider({ cloud, registry: "localhost:1", env: {}, ...more });
  const { resources, functions } = await provider.configure(
    { project, region: "europe-west1", ...config },
    call,
  );
  const typeOf = (token: string): ResourceType => {
    const found = resources[token];
    if (!found) throw new Error(`no type ${token}`);
    return found;
  };
  const checked = (token: string, news: Properties) =>
    typeOf(token).check(
      { news, olds: undefined, name: "web", seed: Uint8Array.of(1), autonaming: undefined },
      call,
    );
  return {
    cloud,
    async check(token, inputs) {
      const { failures = [] } = await checked(token, inputs);
      return failures.map(({ property, reason }) => `${property}: ${reason}`);
    },
    async preview(token, news) {
      const { inputs } = await checked(token, news);
      return (await typeOf(token).create({ inputs }, { ...call, preview: true })).state;
    },
    async make(token, news) {
      const type = typeOf(token);
      const { inputs, failures = [] } = await checked(token, news);
      if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
      const made = await type.create({ inputs }, call);
      const own = { id: made.id, state: made.state };
      return {
        ...own,
        changes: async (next) =>
          type.diff(
            {
              ...own,
              oldInputs: inputs,
              news: (await checked(token, next)).inputs,
              ignoreChanges: [],
            },
            call,
          ),
        update: async (next) =>
          type.update(
            { ...own, oldInputs: inputs, inputs: (await checked(token, next)).inputs },
            call,
          ),
        read: async () => (await type.read({ ...own, inputs }, call))?.state,
        delete: () => type.delete(own, call),
      };
    },
    async ask(token, args) {
      const found = functions[token];
      if (!found) throw new Error(`no function ${token}`);
      return found(args, call);
    },
  };
}
