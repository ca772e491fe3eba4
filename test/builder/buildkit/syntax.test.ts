import { expect, test } from "vitest";
import { forbiddenFrontend, syntaxOf } from "../../../builder/buildkit/syntax.ts";

test.each<[string, string | undefined]>([
  ["FROM scratch\n", undefined],
  ["# syntax=docker/dockerfile:1\nFROM scratch\n", "docker/dockerfile:1"],
  ["#syntax=a\n", "a"],
  ["#  SynTax  =  a/b:c  \r\nFROM scratch\n", "a/b:c"],
  ["# escape=`\n# syntax=a\n", "a"],
  ["# check=skip=all\n# syntax=a b c\n", "a"],
  ["// syntax=a\n", "a"],
  ['{"syntax": "a"}', "a"],
  ['{"syntax": 1}', undefined],
  ["null", undefined],
  ["\ufeff# syntax=a\n", "a"],
  ["#!/usr/bin/env build\n# syntax=a\n", "a"],
  ["#!/usr/bin/env build\n// syntax=a\n", "a"],
  ['#!/usr/bin/env build\n{"syntax":"a"}\n', "a"],
  ["\ufeff#!/x\n#syntax=a", "a"],
  ["# a comment\n# syntax=a\n", undefined],
  ["# other=a\n# syntax=a\n", undefined],
  ["\n# syntax=a\n", undefined],
  ["FROM scratch\n# syntax=a\n", undefined],
  [" # syntax=a\n", undefined],
  ["# syntax=\n", undefined],
  ["", undefined],
])("%j asks for %j", (dockerfile, syntax) => {
  expect(syntaxOf(Buffer.from(dockerfile))).toBe(syntax);
});

test("the first frontend that is not on the list is named", () => {
  const list = ["docker/dockerfile"];
  expect(forbiddenFrontend([undefined], list)).toBeUndefined();
  expect(forbiddenFrontend(["docker.io/docker/dockerfile:1.7"], list)).toBeUndefined();
  expect(forbiddenFrontend(["docker/dockerfile", "evil/frontend"], list)).toBe("evil/frontend");
  expect(forbiddenFrontend(["docker/dockerfile-evil"], list)).toBe("docker/dockerfile-evil");
});
