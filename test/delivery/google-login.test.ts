import { expect, it } from "vitest";
import { fakeRegistry } from "../infra/fake-registry.ts";
import { account, googleTokens } from "../infra/registries/google-tokens.ts";
import { temporaryFolder } from "../infra/registries/logins.ts";
import { deliver, fakeProject, leastService } from "./fake-pulumi.ts";
import { releaseOf } from "./releases.ts";

const manifest = {
  type: "application/vnd.oci.image.manifest.v1+json",
  content: Buffer.from('{"schemaVersion":2}'),
};

it("copies from Artifact Registry with a pipeline's token where Docker is not logged in", async () => {
  const { file, requests } = await googleTokens();
  const google = await fakeRegistry({
    username: "oauth2accesstoken",
    // pragma: allowlist nextline secret
    password: "ya29.impersonated",
    scheme: "basic",
    realm: "https://gcr.io/",
    service: "gcr.io",
  });
  const local = await fakeRegistry();
  const project = fakeProject();
  const service = (registry: object) => ({
    "slipway:services": { web: { ...leastService, registry } },
  });
  const gcr = { kind: "artifact-registry", project: "acme-prod", host: "gcr.io" };
  project.configure("staging", service(gcr));
  project.configure("production", service({ kind: "local", port: local.port }));
  const digest = google.hold("acme-prod/web", manifest, project.hash);
  project.change((world) => {
    deliver(world, [project.hash], "staging");
    const release = { ...releaseOf(project.hash), image: `gcr.io/acme-prod/web@${digest}` };
    Object.assign(world.stacks.staging as object, { outputs: { web: release } });
  });

  const env = {
    GOOGLE_APPLICATION_CREDENTIALS: file,
    SLIPWAY_OUTSIDE: `http://localhost:${google.port}`,
    DOCKER_CONFIG: temporaryFolder(),
  };
  const args = ["--from", "staging", "--to", "production", "--copy-only"];
  const { code, stderr } = await project.run("promote", args, env);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `  web: copied localhost:${local.port}/web:${project.hash}, ${digest}\n`,
  });
  expect(local.manifests.get(`web:${project.hash}`)).toEqual(manifest);
  expect(requests.map(([url]) => url)).toEqual([
    "/v1/token",
    `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
  ]);
}, 60_000);
