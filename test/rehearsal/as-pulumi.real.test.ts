import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../setup/run.ts";

const played = join(import.meta.dirname, "../../rehearsal/bin/pulumi");

it("a rehearsal's pulumi tells its version without a stack, as the real one does", async () => {
  const { PULUMI_STACK, ...env } = process.env;
  const { code, stdout, stderr } = await run(played, ["version"], { env });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^v\d+\.\d+\.\d+\n$/) as string,
    stderr: "",
  });
});

it("whatever else names no stack is refused", async () => {
  const { PULUMI_STACK, ...env } = process.env;
  const { code, stderr } = await run(played, ["preview"], { env: { ...env, NO_COLOR: "1" } });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "error: pulumi: a rehearsal has no selected stack; name one with --stack\n",
  });
});

it.each([
  [["--stack=none"], {}],
  [["-snone"], {}],
  [["-s=none"], {}],
  [["-rs", "none"], {}],
  [[], { PULUMI_OPTION_STACK: "none", PULUMI_STACK: "staging" }],
])("a stack is read as Pulumi reads it: %j with %j", async (flags, named) => {
  const { PULUMI_STACK, ...own } = process.env;
  const env = { ...own, ...named, NO_COLOR: "1" };
  const { code, stderr } = await run(played, ["preview", ...flags], { env });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      "error: --stack none: there is no Pulumi.none.yaml; choose one of builder, dev, examples, examples-cloud-run, examples-elastic-beanstalk, ground, production, staging\n",
  });
});
