import { expect, it } from "vitest";
import { pulumiFlag, shortSwitches } from "../../setup/pulumi-flags.ts";

it.each<[args: string, stack: string | undefined]>([
  ["up", undefined],
  ["up --stack", undefined],
  ["up --stack= ", undefined],
  ["up --stack a", "a"],
  ["up --stack=a/b=c", "a/b=c"],
  ["up -s a", "a"],
  ["up -sa", "a"],
  ["up -s=a", "a"],
  ["up -ysa", "a"],
  ["up -ys=a", "a"],
  ["up -fys a", "a"],
  ["-s a up --stack b -sc", "c"],
  ["up --stacks a --stack-name b", undefined],
  ["up -cs a", undefined],
  ["up -y", undefined],
])("of %j, the stack is %s", (args, stack) => {
  expect(pulumiFlag(args.split(" "), "stack", "s")).toBe(stack);
});

it.each([
  ["-y", { own: "y", rest: "" }],
  ["-ys", { own: "y", rest: "s" }],
  ["-y=false", { own: "y", rest: "=false" }],
  ["-sy", { own: "", rest: "sy" }],
  ["--yes", { own: "", rest: "" }],
  ["y", { own: "", rest: "" }],
])("of %j, the switches are %j", (arg, switches) => {
  expect(shortSwitches(arg)).toEqual(switches);
});
