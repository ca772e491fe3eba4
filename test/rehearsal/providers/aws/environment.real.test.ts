import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { BucketObjectv2 } from "@pulumi/aws/s3/bucketObjectv2.js";
import { Secret } from "@pulumi/aws/secretsmanager/secret.js";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion.js";
import { asset, interpolate, jsonStringify } from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { routeOf } from "../../../../rehearsal/cloud/routes.ts";
import type { EnvironmentRecord } from "../../../../rehearsal/providers/aws/environment-record.ts";
import { docker } from "../../engine.ts";
import {
  appImage,
  dockerrun,
  type Ground,
  type Options,
  program,
  type Release,
} from "./beanstalk.ts";
import { account, type RehearsedCloud, region, rehearsedCloud } from "./rehearsed-cloud.ts";

// Elastic Beanstalk through the real engines of Pulumi and Docker.

let image: string;
let remove: () => Promise<unknown>;
let at: RehearsedCloud;

beforeAll(async () => {
  ({ name: image, remove } = await appImage());
});
afterAll(() => remove());
beforeEach(async () => {
  at = await rehearsedCloud({ patience: 12 });
});
afterEach(() => at?.dispose());

const policy = (DeploymentPolicy: string, more: Options = {}): Options => ({
  ...more,
  "elasticbeanstalk:command": { DeploymentPolicy },
});
const up = (release: Omit<Release, "image">, options: Options, more = {}) =>
  at.up(program({ image, ...release }, { options }), more);
const outcome = async (): Promise<string> => {
  const { cname, version } = at.state("web")?.outputs ?? {};
  const { health } = at.cloud.list<EnvironmentRecord>("aws/environment")[0]?.value ?? {};
  const answer = await fetch(`http://127.0.0.1:${routeOf(at.cloud, String(cname))?.port}`).catch(
    () => undefined,
  );
  return `${version} ${health}: ${answer ? `${answer.status} ${await answer.text()}` : "nothing"}`;
};

test("a version that ends fails the update, and the last good one serves on", async () => {
  const rolling = policy("RollingWithAdditionalBatch");
  const nano = policy("Immutable", { "ec2:instances": { InstanceTypes: "t3.nano" } });
  const first = await up({ label: "one" }, rolling);
  expect(first.errors).toEqual({});
  expect(await outcome()).toBe("one Green: 200 one ");
  expect((await at.preview(program({ label: "one", image }, { options: rolling }))).steps).toEqual(
    [],
  );

  const crashed = await up({ label: "two", mode: "crash" }, rolling);
  expect(crashed.errors.web).toMatch(/ERROR: the container quit unexpectedly .* exit code 3/);
  expect(await outcome()).toBe("two Green: 200 one ");
  const again = await up({ label: "two", mode: "crash" }, rolling);
  expect(again.succeeded).toBe(true);
  expect(again.outputs.version?.value).toBe("one");
  expect(await outcome()).toBe("one Green: 200 one ");

  const hungry = await up({ label: "three", mode: "hungry" }, nano);
  expect(hungry.errors.web).toContain("the container ran out of memory");
  expect(await outcome()).toBe("three Green: 200 one ");
});

test("a rolling environment takes a version without health back and calls it a success", async () => {
  const rolling = policy("RollingWithAdditionalBatch");
  await up({ label: "one" }, rolling);
  const unhealthy = await up({ label: "four", mode: "unhealthy" }, rolling);
  expect(unhealthy.succeeded).toBe(true);
  expect(unhealthy.outputs.version?.value).toBe("one");
  expect(await outcome()).toBe("one Red: 200 one ");

  const elsewhere = await up({ label: "five", mode: "elsewhere" }, policy("Immutable"));
  expect(elsewhere.succeeded).toBe(true);
  expect(await outcome()).toBe("one Green: 200 one ");

  const good = await up({ label: "six" }, rolling);
  expect(good.errors).toEqual({});
  expect(await outcome()).toBe("six Green: 200 six ");
  expect(await at.running()).toHaveLength(1);
});

test("all at once, a version without health takes over and is called a success", async () => {
  await up({ label: "one" }, policy("AllAtOnce"));
  const unhealthy = await up({ label: "two", mode: "unhealthy" }, policy("AllAtOnce"));
  expect(unhealthy.succeeded).toBe(true);
  expect(unhealthy.outputs.version?.value).toBe("two");
  expect(unhealthy.warnings.join()).toContain("Severe: status 500 at / within 12 s");
  expect(await outcome()).toBe("two Red: 500 two ");
  await up({ label: "three" }, policy("AllAtOnce"));
  expect(await outcome()).toBe("three Green: 200 three ");

  for (const id of await at.running()) await docker.getContainer(id).remove({ force: true });
  await up({ label: "three" }, policy("AllAtOnce"), { refresh: true });
  expect(await outcome()).toBe("three Green: 200 three ");

  const gone = await at.destroy();
  expect(gone.errors).toEqual({});
  expect(await at.running()).toEqual([]);
  expect(at.cloud.list("route")).toEqual([]);
});

test("an environment runs an archive, or a service of docker-compose.yml with the variables it asks for", async () => {
  const variables = { "elasticbeanstalk:application:environment": { TOKEN: "of the environment" } };
  const files = { "Dockerrun.aws.json": new asset.StringAsset(dockerrun({ label: "zip", image })) };
  await up({ label: "one", bundle: new asset.AssetArchive(files) }, variables);
  expect(await outcome()).toBe("one Green: 200 zip of the environment");

  const { Command } = JSON.parse(dockerrun({ label: "compose", image })) as { Command: string };
  const code = Command.slice('python -c "'.length, -1);
  const service = {
    image,
    ports: ["80:8000"],
    command: ["python", "-c", code],
    environment: { TOKEN: "of the file" },
  };
  const compose = `services:\n  web: ${JSON.stringify(service)}\n`;
  await up({ label: "two", bundle: compose }, variables);
  expect(await outcome()).toBe("two Green: 200 compose of the file");

  const withEnvironment = { ...service, env_file: [".env"] };
  const all = `services:\n  web: ${JSON.stringify(withEnvironment)}\n`;
  await up({ label: "three", bundle: all }, variables);
  expect(await outcome()).toBe("three Green: 200 compose of the environment");
});

test("tags and a version together are refused, one after the other they are not", async () => {
  await at.up(program({ label: "one", image }));
  const both = await at.up(program({ label: "two", image }, { tags: { commit: "b" } }));
  expect(both.errors.web).toContain("Must be Ready; its tags are being changed");
  const tags = await at.up(program({ label: "two", image }, { tags: { commit: "c" } }));
  expect(tags.errors).toEqual({});
  const version = await at.up(program({ label: "three", image }, { tags: { commit: "c" } }));
  expect(version.errors).toEqual({});
  expect(await outcome()).toBe("three Green: 200 three ");
});

test("an environment pulls from ECR and from a private Docker Hub, and reads secrets, as its role may", async () => {
  const repository = `${account}.dkr.ecr.${region}.amazonaws.com/web`;
  const ecr = await appImage({ name: `${repository}:1` });
  const hub = image.slice("docker.io/".length, -":1".length);
  at.cloud.put("aws/ecr-repository", `${account}/${region}/web`, {});
  at.cloud.put("hub/private", hub, {});
  const world = {
    grants: ({ role, bucket }: Ground) => {
      const policyArn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
      const reads = new RolePolicyAttachment("ecr", { role: role.name, policyArn });
      const login = new BucketObjectv2("login", {
        bucket: bucket.bucket,
        key: "login.json",
        content: JSON.stringify({ auths: { "https://index.docker.io/v1/": { auth: "YTpi" } } }),
      });
      const secret = new Secret("token");
      const version = new SecretVersion("token", {
        secretId: secret.id,
        secretString: '{"token": "canary-7c1e"}',
      });
      const policy = jsonStringify({
        Statement: [
          { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secret.arn },
          {
            Effect: "Allow",
            Action: "s3:GetObject",
            Resource: interpolate`${bucket.arn}/login.json`,
          },
        ],
      });
      const allowed = new RolePolicy("secrets", { role: role.name, policy });
      return {
        made: [reads, login, version, allowed],
        options: {
          "elasticbeanstalk:application:environmentsecrets": {
            TOKEN: interpolate`${secret.arn}:token`,
          },
        },
      };
    },
  };
  try {
    const pulled = await at.up(program({ label: "one", image: ecr.name }, world));
    expect(pulled.errors).toEqual({});
    expect(await outcome()).toBe("one Green: 200 one canary-7c1e");
  } finally {
    await ecr.remove();
  }
  const Authentication = { Bucket: String(at.state("bundles")?.id), Key: "login.json" };
  const withLogin = (release: Release): Release => {
    const bundle = { ...JSON.parse(dockerrun({ ...release, image })), Authentication };
    return { ...release, bundle: JSON.stringify(bundle) };
  };
  expect((await at.up(program(withLogin({ label: "two" }), world))).errors).toEqual({});
  expect(await outcome()).toBe("two Green: 200 two canary-7c1e");

  const crashed = await at.up(program(withLogin({ label: "three", mode: "crash" }), world));
  expect(crashed.infos.join()).toContain("starting with [secret]");
  expect(JSON.stringify(crashed)).not.toContain("canary-7c1e");
});
