import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Cloud, openCloud } from "../../../../rehearsal/cloud/cloud.ts";
import { createAwsProvider } from "../../../../rehearsal/providers/aws/provider.ts";
import { silentLog } from "../../../../rehearsal/providers/engine-log.ts";
import type { Call, Configured } from "../../../../rehearsal/providers/provider.ts";
import type { Properties } from "../../../../rehearsal/providers/values.ts";

// A configured stand-in on a cloud of its own, without Pulumi's engine.

export const call: Call = {
  urn: "urn:pulumi:test::cloud::aws:x/y:Y::it",
  preview: false,
  signal: new AbortController().signal,
  log: silentLog,
};

export interface Configuration {
  readonly cloud: Cloud;
  readonly configured: Configured;
  /** Checks and creates, as the engine does for a new resource. */
  make(type: string, inputs: Properties, name?: string): Promise<{ id: string; state: Properties }>;
  /** What is wrong with inputs, as "path: reason". */
  problems(type: string, inputs: Properties): Promise<string[]>;
}

/** Configures the stand-in; its cloud is gone after the test. */
export async function configuration(config: Properties = {}): Promise<Configuration> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-cloud-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cloud = openCloud(folder);
  const provider = createAwsProvider({ cloud, registry: "localhost:1", env: {} });
  const configured = await provider.configure({ region: "eu-west-1", ...config }, call);
  const typeOf = (type: string) => {
    const found = configured.resources[`aws:${type}`];
    if (!found) throw new Error(`there is no type ${type}`);
    return found;
  };
  const check = (type: string, news: Properties, name: string) =>
    typeOf(type).check(
      { news, olds: undefined, name, seed: Uint8Array.of(1), autonaming: undefined },
      call,
    );
  return {
    cloud,
    configured,
    async make(type, news, name = "it") {
      const { inputs, failures = [] } = await check(type, news, name);
      if (failures.length > 0) throw new Error(JSON.stringify(failures));
      return typeOf(type).create({ inputs }, call);
    },
    async problems(type, news) {
      const { failures = [] } = await check(type, news, "it");
      return failures.map(({ property, reason }) => `${property}: ${reason}`);
    },
  };
}
