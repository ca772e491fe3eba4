import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse as parseYaml } from "yaml";
import { parse } from "../../../infra/config/schema.ts";
import { makeGround } from "../../../infra/ground/ground.ts";
import { Providers } from "../../../infra/providers.ts";
import { mockEngine, type Registered, settled } from "../mock-engine.ts";

const pools = "projects/424242/locations/global/workloadIdentityPools";

/** What the clouds add to what they are told. */
const computed: Record<string, (inputs: Record<string, unknown>) => object> = {
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": ({ workloadIdentityPoolId }) => ({
    name: `${pools}/${workloadIdentityPoolId}`,
  }),
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": (inputs) => ({
    name: `${pools}/${inputs.workloadIdentityPoolId}/providers/${inputs.workloadIdentityPoolProviderId}`,
  }),
  "gcp:serviceaccount/account:Account": ({ project, accountId }) => {
    const email = `${accountId}@${project}.iam.gserviceaccount.com`;
    const name = `projects/${project}/serviceAccounts/${email}`;
    return { email, name, member: `serviceAccount:${email}`, uniqueId: "100000000000087654321" };
  },
  "gcp:secretmanager/secretVersion:SecretVersion": ({ secret }) => ({
    name: `${secret}/versions/1`,
  }),
  "gcp:projects/serviceIdentity:ServiceIdentity": () => ({
    member: "serviceAccount:service-424242@gcp-sa-artifactregistry.iam.gserviceaccount.com",
  }),
  "aws:iam/role:Role": ({ name }) => ({ arn: `arn:aws:iam::123456789012:role/${name}` }),
  "aws:ecr/repository:Repository": ({ name }) => ({
    repositoryUrl: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${name}`,
  }),
};

export interface Ground {
  /** In the order of their types and names, without the providers. */
  readonly resources: readonly Registered[];
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Makes a ground as it stands in a stack file, under Pulumi's mocks. */
export async function groundOf(
  ground: unknown,
  { secrets = {}, preview = false }: { secrets?: Record<string, string>; preview?: boolean } = {},
): Promise<Ground> {
  const { values, problems } = parse({ ground, secrets }, {});
  if (!values?.ground || problems.length > 0) throw new Error(problems.join("\n"));
  const { resources, dependencies } = await mockEngine({ preview, computed });
  const logins = { dockerHub: undefined, googleKey: undefined };
  const providers = new Providers({ engineHost: undefined, logins });
  const made = Object.entries(
    await makeGround(values.ground, { providers, secrets: pulumi.secret(secrets) }),
  );
  const outputs = made.map(async ([cloud, output]) => [cloud, await settled(output)]);
  const settledOutputs = await Promise.all(outputs);
  // What nothing refers to may come last.
  await pulumi.runtime.disconnect();
  return {
    outputs: Object.fromEntries(settledOutputs) as Record<string, unknown>,
    dependencies,
    resources: resources
      .filter(({ type }) => !type.startsWith("pulumi:"))
      .toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
  };
}

/** What stands under `slipway:` in a shipped stack file. */
export function shipped(stack: string): Record<string, unknown> {
  const path = join(import.meta.dirname, `../../../Pulumi.${stack}.yaml`);
  const { config } = parseYaml(readFileSync(path, "utf8")) as { config: Record<string, unknown> };
  const own = Object.entries(config).map(([name, value]) => [name.replace(/^slipway:/, ""), value]);
  return Object.fromEntries(own) as Record<string, unknown>;
}

const key = ({ type, name }: Registered) => `${type} ${name}`;

/** A resource as its type and name. */
export const named = (resources: readonly Registered[]): string[] => resources.map(key);

/** The inputs of the one resource of a type and name. */
export function inputsOf({ resources }: Ground, type: string, name: string) {
  const [found, ...others] = resources.filter((one) => one.type === type && one.name === name);
  if (!found || others.length > 0) throw new Error(`there is no single ${type} ${name}`);
  return found.inputs;
}
