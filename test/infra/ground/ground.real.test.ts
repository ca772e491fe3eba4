import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "../../../infra/config/schema.ts";
import { makeGround } from "../../../infra/ground/ground.ts";
import { Providers } from "../../../infra/providers.ts";
import { openCloud } from "../../../rehearsal/cloud/cloud.ts";
import { createAwsProvider } from "../../../rehearsal/providers/aws/provider.ts";
import { createDockerProvider } from "../../../rehearsal/providers/docker/provider.ts";
import { createGoogleProvider } from "../../../rehearsal/providers/gcp/provider.ts";
import { attach } from "../../../rehearsal/providers/host.ts";
import { trust } from "./claims.ts";
import { shipped } from "./make-ground.ts";

/** Ground by Pulumi's own engine on clouds in a temporary folder. */
async function rehearsedGround(ground: unknown, secrets: Record<string, string> = {}) {
  const root = mkdtempSync(join(tmpdir(), "slipway-ground-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ["home", "state", "work"]) mkdirSync(join(root, name));
  const cloud = openCloud(join(root, "cloud"));
  const registry = "localhost:1";
  const host = await attach({
    docker: createDockerProvider({ cwd: root }),
    gcp: createGoogleProvider({ cloud, registry }),
    aws: createAwsProvider({ cloud, registry, cwd: root }),
  });
  onTestFinished(() => host.close());
  const stackName = `ground-${randomBytes(4).toString("hex")}`;
  const stack = await LocalWorkspace.createStack(
    { stackName, projectName: "ground", program: async () => program(ground, secrets) },
    {
      workDir: join(root, "work"),
      pulumiHome: join(root, "home"),
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "",
        PULUMI_DEBUG_PROVIDERS: host.debugProviders,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      },
    },
  );
  const state = () =>
    readFileSync(join(root, `state/.pulumi/stacks/ground/${stackName}.json`), "utf8");
  return { stack, cloud, state };
}

async function program(ground: unknown, secrets: Record<string, string>) {
  const { values, problems } = parse({ ground, secrets }, {});
  if (!values?.ground) throw new Error(problems.join("\n"));
  const logins = { dockerHub: undefined, googleKey: undefined };
  const providers = new Providers({ engineHost: undefined, logins });
  return makeGround(values.ground, { providers, secrets: pulumi.secret(secrets) });
}

describe("the shipped ground", () => {
  it("is made once, is not changed again, goes without a trace, and can be made anew", async () => {
    const { stack, cloud } = await rehearsedGround(shipped("ground").ground);
    const { outputs, summary } = await stack.up();
    expect(summary.result).toBe("succeeded");
    const google = outputs.google?.value as { trust: { providers: { bitbucket: string } } };
    expect(google.trust.providers.bitbucket).toMatch(
      /^projects\/\d+\/locations\/global\/workloadIdentityPools\/slipway-bitbucket-\d{8}\/providers\/bitbucket$/,
    );
    expect(outputs.aws?.value).toMatchObject({
      repositories: ["123456789012.dkr.ecr.eu-west-1.amazonaws.com/web"],
      bucket: "slipway-bundles-123456789012-eu-west-1",
    });
    const repositories = cloud.list("gcp/repository").map(({ id }) => id);
    expect(repositories).toEqual(["projects/slipway-staging/locations/us/repositories/gcr.io"]);

    const again = await stack.up();
    expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);

    await stack.destroy();
    const left = ["gcp/repository", "gcp/account", "gcp/binding", "aws/ecr-repository"];
    expect(left.flatMap((kind) => cloud.list(kind))).toEqual([]);

    expect((await stack.up()).summary.result).toBe("succeeded");
    await stack.destroy();
  });
});

describe("a ground with everything", () => {
  it("keeps the token of Docker Hub out of the state in clear, and takes a new one", async () => {
    const dockerHub = { username: "acme", token: { secret: "hub" } };
    const ground = {
      google: {
        project: "acme-staging",
        region: "europe-west1",
        repositories: [{ location: "europe-west1", repository: "hub", dockerHub }],
        trust,
      },
      aws: {
        account: "123456789012",
        region: "eu-west-1",
        application: "shop",
        protect: false,
        trust,
      },
    };
    const secrets = { hub: `canary-${randomBytes(8).toString("hex")}` };
    const { stack, cloud, state } = await rehearsedGround(ground, secrets);
    expect((await stack.up()).summary.result).toBe("succeeded");
    expect(state()).not.toContain(secrets.hub);

    const readers = () =>
      cloud
        .list("gcp/binding")
        .filter(({ id }) => id.includes("/repositories/hub"))
        .map(({ id }) => id)
        .toSorted();
    const before = readers();
    secrets.hub = "another";
    const replaced: string[] = [];
    await stack.up({
      onEvent: ({ resourcePreEvent }) => {
        const { op, type } = resourcePreEvent?.metadata ?? {};
        if (op === "replace") replaced.push(String(type).split(":").at(-1) ?? "");
      },
    });
    expect(replaced.toSorted()).toEqual([
      "Repository",
      "RepositoryIamMember",
      "RepositoryIamMember",
      "SecretVersion",
    ]);
    expect(readers()).toEqual(before);
    expect(before).toHaveLength(2);
    await stack.destroy();
  });
});
