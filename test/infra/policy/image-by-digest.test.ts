import { describe, expect, it } from "vitest";
import { imageByDigest } from "../../../infra/policy/image-by-digest.ts";
import { secretMark, unknownMark } from "../../../infra/policy/rule.ts";
import { factsOf, resource } from "./judge.ts";

const digest = `sha256:${"1".repeat(64)}`;
const byDigest = `docker.io/acme/web@${digest}`;

const container = (image: unknown) => resource("docker:index/container:Container", { image });
const service = (...images: unknown[]) =>
  resource("gcp:cloudrunv2/service:Service", {
    template: { containers: images.map((image) => ({ image })) },
  });
const job = (image: unknown) =>
  resource("gcp:cloudrunv2/job:Job", { template: { template: { containers: [{ image }] } } });
const dockerrun = (Name: unknown) => JSON.stringify({ Image: { Name, Update: "true" } });
const bundle = (Name: unknown) =>
  resource("aws:s3/bucketObjectv2:BucketObjectv2", {
    key: "slipway/production/web/0123/Dockerrun.aws.json",
    content: dockerrun(Name),
  });
const archive = (Name: unknown) =>
  resource("aws:s3/bucketObjectv2:BucketObjectv2", {
    key: "slipway/production/web/0123/bundle.zip",
    source: { assets: { "Dockerrun.aws.json": { text: dockerrun(Name) } } },
  });

const check = (asked: ReturnType<typeof resource>) => imageByDigest.check?.(asked, factsOf());

describe("an image by digest", () => {
  it.each([
    ["a container's", container(byDigest)],
    ["a container's by its id", container(digest)],
    ["a service's", service(byDigest, byDigest)],
    ["a job's", job(byDigest)],
    ["a bundle's", bundle(byDigest)],
    ["an archive's", archive(byDigest)],
    ["one that a preview does not know", service(unknownMark)],
    ["one that is secret", container(secretMark)],
    ["a bundle that a preview does not know", resource(bundle("").type, { content: unknownMark })],
    ["another file", resource(bundle("").type, { key: "login.json", content: '{"auths":{}}' })],
    ["another resource", resource("gcp:serviceaccount/account:Account", { image: "web:latest" })],
  ])("%s is accepted", (_whose, asked) => {
    expect(check(asked)).toEqual([]);
  });

  it.each([
    ["a container's tag", container("docker.io/acme/web:latest"), "docker.io/acme/web:latest"],
    ["a bare name", container("web"), "web"],
    ["a service's second", service(byDigest, "gcr.io/acme/web:1"), "gcr.io/acme/web:1"],
    ["a job's tag", job("gcr.io/acme/web:1"), "gcr.io/acme/web:1"],
    ["a bundle's tag", bundle("acme/web:1"), "acme/web:1"],
    ["an archive's tag", archive("acme/web:1"), "acme/web:1"],
    ["a digest that is cut off", container("web@sha256:1234"), "web@sha256:1234"],
  ])("%s is refused", (_whose, asked, image) => {
    expect(check(asked)).toEqual([`${image} is no image by digest`]);
  });
});
