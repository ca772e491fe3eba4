import { BucketObjectv2 } from "@pulumi/aws/s3/bucketObjectv2.js";
import * as pulumi from "@pulumi/pulumi";
import type { ElasticBeanstalkConfig } from "../../config/elastic-beanstalk.ts";
import { bundleBucket } from "../../ground/names.ts";
import type { Registry } from "../../registries/registry.ts";
import { folder, type Place } from "./place.ts";

/** The file in ground's bucket with which instances log in to a private registry. */
export interface LoginFile {
  readonly bucket: string;
  readonly key: string;
  readonly object: BucketObjectv2;
}

/** The login that instances pull with, as Docker's own configuration; undefined where the registry needs none. */
export function makeLogin(
  name: string,
  { account, region }: ElasticBeanstalkConfig,
  { repository, lastingLogin }: Registry,
  place: Place,
): LoginFile | undefined {
  if (lastingLogin === undefined) return undefined;
  const bucket = bundleBucket(account, region);
  // One key for every release: whichever version the platform goes back to, it pulls with the login of today.
  const key = `${folder(name)}/docker-login.json`;
  const content = pulumi
    .all([lastingLogin.username, lastingLogin.password])
    .apply(([username, password]) => loginFile(repository, username, password));
  const object = new BucketObjectv2(
    `${name}-login`,
    {
      bucket,
      key,
      content: pulumi.secret(content),
      contentType: "application/json",
      serverSideEncryption: "AES256",
    },
    place,
  );
  return { bucket, key, object };
}

/** Docker's configuration; it keeps Docker Hub under an address of old. */
function loginFile(repository: string, username: string, password: string): string {
  const host = repository.split("/")[0] ?? "";
  const server = host === "docker.io" ? "https://index.docker.io/v1/" : host;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [server]: { auth } } });
}
