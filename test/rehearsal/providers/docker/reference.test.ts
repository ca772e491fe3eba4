import { expect, test } from "vitest";
import { credentialKey, parseReference } from "../../../../rehearsal/providers/docker/reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

test.each([
  ["app", "docker.io", "library/app", undefined, undefined, false],
  ["app:1", "docker.io", "library/app", "1", undefined, false],
  ["user/app", "docker.io", "user/app", undefined, undefined, false],
  ["docker.io/user/app:v1", "docker.io", "user/app", "v1", undefined, true],
  ["docker.io/nginx", "docker.io", "library/nginx", undefined, undefined, false],
  ["index.docker.io/user/app", "docker.io", "user/app", undefined, undefined, false],
  ["localhost/app", "localhost", "app", undefined, undefined, true],
  ["localhost:5000/a/b:x", "localhost:5000", "a/b", "x", undefined, true],
  ["127.0.0.1:5000/app", "127.0.0.1:5000", "app", undefined, undefined, true],
  [`gcr.io/p/app@${digest}`, "gcr.io", "p/app", undefined, digest, true],
  [`gcr.io/p/app:1@${digest}`, "gcr.io", "p/app", "1", digest, true],
])("%s is taken apart", (text, host, path, tag, found, canonical) => {
  expect(parseReference(text)).toEqual({
    host,
    path,
    repository: `${host}/${path}`,
    tag,
    digest: found,
    canonical,
  });
});

test.each(["", "App", "a//b", "a:", ":1", "a@sha256:12", "a b", "gcr.io/", "-a"])(
  "%j is refused",
  (text) => {
    expect(() => parseReference(text)).toThrow(`"${text}": invalid reference format`);
  },
);

test.each([
  ["docker.io", "https://index.docker.io/v1/"],
  ["https://index.docker.io/v1/", "https://index.docker.io/v1/"],
  ["registry-1.docker.io", "https://index.docker.io/v1/"],
  ["http://127.0.0.1:5000", "127.0.0.1:5000"],
  ["1.dkr.ecr.eu-west-1.amazonaws.com/app", "1.dkr.ecr.eu-west-1.amazonaws.com"],
])("credentials for %s are kept under %s", (server, key) => {
  expect(credentialKey(server)).toBe(key);
});
