import { expect, test } from "vitest";
import {
  fullName,
  hasOpenHost,
  isAllowed,
  namePatterns,
} from "../../../builder/buildkit/image-names.ts";
import { sourcePolicy } from "../../../builder/buildkit/source-policy.ts";

test.each([
  ["python", "docker.io/library/python"],
  ["python:3.12-slim", "docker.io/library/python:3.12-slim"],
  ["acme/web", "docker.io/acme/web"],
  ["localhost/web", "localhost/web"],
  ["localhost:5055/web", "localhost:5055/web"],
  ["gcr.io/acme/web", "gcr.io/acme/web"],
])("%s is %s", (name, full) => {
  expect(fullName(name)).toBe(full);
});

test.each([
  ["*", ["*"]],
  ["python", ["docker.io/library/python:*", "docker.io/library/python@*"]],
  [
    "python:3.12-slim",
    ["docker.io/library/python:3.12-slim", "docker.io/library/python:3.12-slim@*"],
  ],
  ["python:3.*", ["docker.io/library/python:3.*"]],
  ["acme/*", ["docker.io/acme/*"]],
  ["gcr.io/acme/**", ["gcr.io/acme/*"]],
  ["localhost:5055/web", ["localhost:5055/web:*", "localhost:5055/web@*"]],
])("the entry %s stands for %j", (entry, patterns) => {
  expect(namePatterns(entry)).toEqual(patterns);
});

const digest = `sha256:${"a".repeat(64)}`;

test.each<[string, string[], boolean]>([
  ["anything/at:all", ["*"], true],
  ["anything", [], false],
  ["python", ["python"], true],
  ["python:3.12-slim", ["python"], true],
  [`python@${digest}`, ["python"], true],
  ["docker.io/library/python:3", ["python"], true],
  ["python-evil", ["python"], false],
  ["evil/python", ["python"], false],
  ["evil.example/library/python", ["python"], false],
  ["python:3.12-slim", ["python:3.12-slim"], true],
  [`python:3.12-slim@${digest}`, ["python:3.12-slim"], true],
  ["python:3.12-slim-evil", ["python:3.12-slim"], false],
  ["python", ["python:latest"], true],
  ["python:3.11", ["python:3.*"], true],
  ["python:2.7", ["python:3.*"], false],
  ["gcr.io/acme/a/b:1", ["gcr.io/acme/*"], true],
  ["gcr.io/acmeevil/a", ["gcr.io/acme/*"], false],
  ["gcr.io/acme/web:1-slim", ["gcr.io/*/web:*-slim"], true],
  ["gcr.io/acme/web:1", ["gcr.io/*/web:*-slim"], false],
  ["aba", ["ab*ba"], false],
])("%s by %j: %s", (name, list, allowed) => {
  expect(isAllowed(name, list)).toBe(allowed);
});

test.each([
  ["*", false],
  ["python:3.*", false],
  ["acme/*", false],
  ["gcr.io/*/web", false],
  ["*/web", true],
  ["*.example.com/base", true],
  ["acme*/web", true],
  [" registry.example:*/web", true],
])("the entry %j leaves its host open: %s", (entry, isOpen) => {
  expect(hasOpenHost(entry)).toBe(isOpen);
});

test("BuildKit is told to deny every image but those of the list", () => {
  const rule = (action: string, name: string) => ({
    action,
    selector: { identifier: `docker-image://${name}`, matchType: "WILDCARD" },
  });
  expect(sourcePolicy(["python", "gcr.io/acme/*"])).toEqual({
    version: 1,
    rules: [
      rule("DENY", "*"),
      rule("ALLOW", "docker.io/library/python:*"),
      rule("ALLOW", "docker.io/library/python@*"),
      rule("ALLOW", "gcr.io/acme/*"),
    ],
  });
});
