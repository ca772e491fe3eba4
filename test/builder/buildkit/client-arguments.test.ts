import { expect, test } from "vitest";
import { clientArguments } from "../../../builder/buildkit/client-arguments.ts";

const places = {
  address: "unix:///run/kit.sock",
  context: "/context",
  layout: "/images",
  policyFile: "/policy.json",
  metadataFile: "/image.json",
  bases: [],
};

const task = {
  build: "b",
  attempt: 1,
  slot: 0,
  client: "acme",
  reference: "localhost:5055/web:1",
  order: { imageName: "web", imageTag: "1", dockerfile: "a/Dockerfile", args: {} },
};

const start = [
  ...["--addr", "unix:///run/kit.sock", "build", "--frontend", "dockerfile.v0"],
  ...["--progress", "rawjson", "--local", "context=/context", "--local", "dockerfile=/context"],
];
const end = [
  ...["--output", "type=oci,tar=false,dest=/images", "--metadata-file", "/image.json"],
  ...["--source-policy-file", "/policy.json"],
];

test("an order for a Dockerfile alone", () => {
  expect(clientArguments(task, places)).toEqual([
    ...start,
    ...["--opt", "filename=a/Dockerfile", "--opt", "build-arg:BUILDKIT_CACHE_MOUNT_NS=acme"],
    ...["--opt", "cmdline=builder"],
    ...end,
  ]);
});

test("everything that can be ordered, and a base that no registry has", () => {
  const args = { A: "1,2=3 4", BUILDKIT_CACHE_MOUNT_NS: "of another client" };
  const order = { ...task.order, args, target: "test", platform: "linux/arm64" };
  const base = { name: "python:3", digest: "sha256:1", platform: "linux/arm64", layout: "/base" };
  expect(clientArguments({ ...task, order }, { ...places, bases: [base] })).toEqual([
    ...start,
    ...["--oci-layout", "base0=/base"],
    ...["--opt", "build-arg:A=1,2=3 4", "--opt", "build-arg:BUILDKIT_CACHE_MOUNT_NS=acme"],
    ...["--opt", "filename=a/Dockerfile", "--opt", "target=test", "--opt", "platform=linux/arm64"],
    ...["--opt", "cmdline=builder", "--opt", "context:python:3=oci-layout://base0@sha256:1"],
    ...end,
  ]);
});
