import { expect, it } from "vitest";
import { readPulumiUp } from "../../delivery/pulumi-up.ts";

const nothing = { stack: undefined, cwd: undefined, configFile: undefined };

it.each<[command: string, read: object]>([
  ["pulumi up", {}],
  ["pulumi update", {}],
  ["/opt/pulumi/pulumi up", {}],
  ["pulumi up --stack production", { stack: "production" }],
  ["pulumi up --stack=acme/slipway/production", { stack: "acme/slipway/production" }],
  ["pulumi up -s production --diff", { stack: "production" }],
  ["pulumi up -sproduction", { stack: "production" }],
  ["pulumi up -s=production", { stack: "production" }],
  ["pulumi up --stack a --stack b", { stack: "b" }],
  ["pulumi up --skip-preview --suppress-outputs", {}],
  ["pulumi --stack production up", { stack: "production" }],
  [
    "pulumi -C examples/todo up --config-file x.yaml",
    { cwd: "examples/todo", configFile: "x.yaml" },
  ],
  ["pulumi --cwd=examples/todo --non-interactive up", { cwd: "examples/todo" }],
  ["pulumi up --config-file=x.yaml", { configFile: "x.yaml" }],
  ["pulumi up -ys production", { stack: "production" }],
  ["pulumi up -fysproduction", { stack: "production" }],
  ["pulumi --otel-traces file://traces.json up", {}],
  ["pulumi --override-env acme/dev=acme/test up -s a", { stack: "a" }],
  ["pulumi --otel-traces=file://traces.json -e --logflow up", {}],
  ["pulumi -c slipway:allowDirty=true --config-file x.yaml up", { configFile: "x.yaml" }],
])("reads %s", (command, read) => {
  const [program = "", ...args] = command.split(" ");
  expect(readPulumiUp([program, ...args])).toEqual({ program, args, ...nothing, ...read });
});

it.each([
  ["", "deliver: there is no command; use npm run deliver -- pulumi up --stack STACK"],
  [
    "terraform apply",
    "deliver: terraform is not pulumi; use npm run deliver -- pulumi up --stack STACK",
  ],
  [
    "pulumi",
    "deliver: pulumi makes no release; run it by itself, or npm run deliver -- pulumi up --stack STACK",
  ],
  [
    "pulumi preview -s up",
    "deliver: pulumi preview -s up makes no release; run it by itself, or npm run deliver -- pulumi up --stack STACK",
  ],
  [
    "pulumi --otel-traces up destroy",
    "deliver: pulumi --otel-traces up destroy makes no release; run it by itself, or npm run deliver -- pulumi up --stack STACK",
  ],
  [
    "pulumi -C up destroy",
    "deliver: pulumi -C up destroy makes no release; run it by itself, or npm run deliver -- pulumi up --stack STACK",
  ],
])("refuses %j", (command, words) => {
  expect(() => readPulumiUp(command.split(" ").filter(Boolean))).toThrow(words);
});
