import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { incompatibilities } from "../../../infra/compatibility.ts";
import { parse } from "../../../infra/config/schema.ts";
import { bundleBucket } from "../../../infra/ground/names.ts";
import corridor from "../../../infra/index.ts";
import { mockEngine } from "../mock-engine.ts";
import { setStackConfig } from "../stack-config.ts";
import { groundOf, inputsOf, named, shipped } from "./make-ground.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What a shipped stack file means; none of them needs anything from the environment. */
function read(stack: string) {
  const { values, problems } = parse(shipped(stack), {});
  expect(problems).toEqual([]);
  if (!values) throw new Error(`Pulumi.${stack}.yaml is refused`);
  return values;
}

describe("the shipped stack files", () => {
  it.each(["staging", "production"])("%s is accepted, and its pair fits", (stack) => {
    const { services = {}, allowDirty } = read(stack);
    expect(allowDirty).toBe(false);
    expect(Object.keys(services)).toEqual(["web"]);
    const refusals = Object.entries(services).map(([name, one]) => incompatibilities(name, one));
    expect(refusals).toEqual([[]]);
  });

  it("ground makes what staging refers to", async () => {
    const web = read("staging").services?.web;
    if (web?.registry.kind !== "artifact-registry" || web.target.kind !== "cloud-run") {
      throw new Error("staging is another pair");
    }
    const { google } = read("ground").ground ?? {};
    expect([google?.project, google?.region]).toEqual([web.target.project, web.target.region]);
    const made = await groundOf(shipped("ground").ground);
    const repository = "gcp:artifactregistry/repository:Repository";
    expect(inputsOf(made, repository, web.registry.host ?? "")).toMatchObject({
      project: web.registry.project,
      location: "us",
      repositoryId: "gcr.io",
    });
  });

  it("ground makes what production refers to", async () => {
    const web = read("production").services?.web;
    if (web?.registry.kind !== "docker-hub" || web.target.kind !== "elastic-beanstalk") {
      throw new Error("production is another pair");
    }
    const { account, region, application } = web.target;
    const made = await groundOf(shipped("ground").ground);
    expect(inputsOf(made, "aws:s3/bucket:Bucket", "bundles")).toMatchObject({
      bucket: bundleBucket(account, region),
    });
    const type = "aws:elasticbeanstalk/application:Application";
    expect(inputsOf(made, type, "application")).toMatchObject({ name: application });
  });

  it("ground is made by the program in place of releases", async () => {
    const { resources } = await mockEngine({ preview: true });
    setStackConfig(shipped("ground"));
    expect(Object.keys(await corridor())).toEqual(["google", "aws"]);
    await pulumi.runtime.disconnect();
    const own = resources.filter(({ type }) => type.startsWith("slipway:"));
    expect(named(own).toSorted()).toEqual([
      "slipway:ground:Aws aws",
      "slipway:ground:AwsTrust aws",
      "slipway:ground:BundleBucket bundles",
      "slipway:ground:Google google",
      "slipway:ground:GoogleTrust google",
      "slipway:ground:ImageRepository gcr.io",
    ]);
  });

  it("hold no secure value and no salt", () => {
    const text = ["staging", "production", "ground"].map((stack) => JSON.stringify(shipped(stack)));
    expect(text.filter((one) => /"secure"|salt/.test(one))).toEqual([]);
  });
});
