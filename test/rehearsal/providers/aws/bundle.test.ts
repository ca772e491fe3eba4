import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { readBundle } from "../../../../rehearsal/providers/aws/bundle.ts";
import { unzip, zip } from "../../../../rehearsal/providers/aws/zip.ts";

const dockerrun = (more: object = {}) =>
  JSON.stringify({
    AWSEBDockerrunVersion: "1",
    Image: { Name: "acme/web@sha256:0" },
    Ports: [{ ContainerPort: "8000" }, { ContainerPort: 9000 }],
    ...more,
  });
const zipped = (files: Record<string, string>) =>
  zip(Object.entries(files).map(([name, text]) => ({ name, content: Buffer.from(text) })));

test("a Dockerrun.aws.json alone or in an archive says what to run", () => {
  const plan = {
    image: "acme/web@sha256:0",
    containerPort: 8000,
    hostPort: 8000,
    isProxied: true,
    getsVariables: true,
    variables: {},
  };
  expect(readBundle(Buffer.from(dockerrun()))).toEqual(plan);
  expect(readBundle(zipped({ "Dockerrun.aws.json": dockerrun(), "a/b": "" }))).toEqual(plan);
  const more = {
    Ports: [{ ContainerPort: 8000, HostPort: 80 }],
    Authentication: { Bucket: "b", Key: "k" },
    Command: `python -c "a b" 'c d'`,
    Entrypoint: "/bin/tini --",
  };
  expect(readBundle(Buffer.from(dockerrun(more)))).toEqual({
    ...plan,
    hostPort: 80,
    authentication: { bucket: "b", key: "k" },
    command: ["python", "-c", "a b", "c d"],
    entrypoint: ["/bin/tini", "--"],
  });
});

test("a docker-compose.yml has no proxy before it, and the environment's variables only if it asks for them", () => {
  const compose = `
services:
  web:
    image: acme/web:1
    ports: ["9000:9000", "80:8000"]
    env_file: ./.env
    environment: [A=1, "B=x=y"]
    command: serve --all
`;
  const plan = {
    image: "acme/web:1",
    containerPort: 8000,
    hostPort: 80,
    isProxied: false,
    getsVariables: true,
    variables: { A: "1", B: "x=y" },
    command: ["serve", "--all"],
  };
  expect(readBundle(Buffer.from(compose))).toEqual(plan);
  const login = '{"AWSEBDockerrunVersion": 3, "Authentication": {"bucket": "b", "key": "k"}}';
  const both = { "docker-compose.yml": compose, "Dockerrun.aws.json": login };
  expect(readBundle(zipped(both))).toEqual({
    ...plan,
    authentication: { bucket: "b", key: "k" },
  });
});

test.each<[title: string, bundle: string | Buffer, reason: string]>([
  ["a text", "hello", "no Docker-related configuration files"],
  ["a broken archive", zipped({ a: "b" }).subarray(0, 60), "a zip archive that cannot be read"],
  ["a folder", zipped({ "app/Dockerrun.aws.json": dockerrun() }), "whose files are in a folder"],
  ["a Dockerfile", "FROM a\nRUN b\n", "which a rehearsal does not build"],
  ["broken JSON", "{", "Dockerrun.aws.json: it is not valid JSON"],
  ["version 2", dockerrun({ AWSEBDockerrunVersion: 2 }), "is for the platform ECS"],
  ["version 3 alone", dockerrun({ AWSEBDockerrunVersion: 3 }), "beside docker-compose.yml only"],
  ["no version", dockerrun({ AWSEBDockerrunVersion: null }), "AWSEBDockerrunVersion is null"],
  ["no image", dockerrun({ Image: {} }), "it names no Image"],
  ["no ports", dockerrun({ Ports: [] }), "it has no Ports"],
  ["a wrong port", dockerrun({ Ports: [{ ContainerPort: 0 }] }), "ContainerPort is 0"],
  ["half a login", dockerrun({ Authentication: { Bucket: "b" } }), "a Bucket and a Key"],
  ["no services", "services: {}\n", "it has no services"],
  ["broken YAML", "services: [\n", "it is not valid YAML"],
  ["two services", "services: {a: {image: a}, b: {image: b}}\n", "several services"],
  ["a build", "services: {a: {build: .}}\n", "its service has no image"],
  [
    "version 1 beside compose",
    zipped({
      "docker-compose.yml": "services: {a: {image: a}}",
      "Dockerrun.aws.json": dockerrun(),
    }),
    'its AWSEBDockerrunVersion is "3"',
  ],
])("%s is refused", (_title, bundle, reason) => {
  expect(() => readBundle(Buffer.from(bundle as string))).toThrow(reason);
});

test("archives are unpacked, compressed or not, and the same files make the same archive", () => {
  const files = [
    { name: "a.txt", content: Buffer.from("a".repeat(1000)) },
    { name: "folder/ü", content: Buffer.from([0, 1, 2]) },
  ];
  expect(unzip(zip(files))).toEqual(files);
  expect(zip(files)).toEqual(zip(files));
  expect(unzip(zip([]))).toEqual([]);
  expect(unzip(compressed("a.txt", Buffer.from("a".repeat(1000))))).toEqual([files[0]]);
});

/** The archive of one file as other tools write it: its content is deflated. */
function compressed(name: string, content: Buffer): Buffer {
  const plain = zip([{ name, content: deflateRawSync(content) }]);
  const directory = plain.lastIndexOf(Buffer.from("504b0102", "hex"));
  plain.writeUInt16LE(8, 8);
  plain.writeUInt16LE(8, directory + 10);
  plain.writeUInt32LE(content.length, directory + 24);
  return plain;
}
