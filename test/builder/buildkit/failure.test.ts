import { expect, test } from "vitest";
import { excerptOf, failureOf } from "../../../builder/buildkit/failure.ts";

test.each<[string, number | undefined, string[], string]>([
  [
    "a command's exit code",
    1,
    [
      "Dockerfile:2",
      'error: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1',
    ],
    'StepFailed: process "/bin/sh -c false" did not complete successfully: exit code: 1',
  ],
  [
    "a mistake in the Dockerfile",
    1,
    [
      "error: failed to solve: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)",
    ],
    "StepFailed: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)",
  ],
  [
    "a base image that is not allowed",
    1,
    [
      'error: failed to solve: evil: failed to resolve source metadata for docker.io/library/evil:latest: source "docker-image://docker.io/library/evil:latest" denied by policy: source denied by policy',
    ],
    "StepFailed: FROM evil:latest: is not among the base images that this builder allows (python, acme/*)",
  ],
  [
    "a command that speaks of lost connections",
    1,
    [
      'error: failed to solve: process "/bin/sh -c echo code = Unavailable" did not complete successfully: exit code: 1',
    ],
    'StepFailed: process "/bin/sh -c echo code = Unavailable" did not complete successfully: exit code: 1',
  ],
  [
    "a lost connection",
    1,
    [
      "error: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
    ],
    "MachineryLost: builder: error: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
  ],
  ...[
    "DeadlineExceeded: failed to read dockerfile: no active session for x: late",
    "Unavailable: EOF",
  ].map((reason): [string, number, string[], string] => [
    `a lost connection: ${reason}`,
    1,
    [`error: failed to solve: ${reason}`],
    `MachineryLost: builder: error: failed to solve: ${reason}`,
  ]),
  ...[
    "invalid field 'no active session' must be a key=value pair",
    "failed to parse platform Unavailable: x: bad",
    "evil.example/x: unexpected status: no active session for x",
    '"listing workers ": not found',
  ].map((reason): [string, number, string[], string] => [
    `a mistake in words of lost connections: ${reason}`,
    1,
    [`error: failed to solve: ${reason}`],
    `StepFailed: ${reason}`,
  ]),
  [
    "a lost connection beside a line of the Dockerfile, which BuildKit has read then",
    1,
    ["Dockerfile:2", "--------------------", "error: failed to solve: Canceled: context canceled"],
    "StepFailed: Canceled: context canceled",
  ],
  [
    "a client that was killed",
    undefined,
    [],
    "MachineryLost: builder: BuildKit's client was killed",
  ],
  ["a client that says nothing", 1, [], "MachineryLost: builder: BuildKit's client failed"],
  [
    "a client that does not start",
    2,
    ["No help topic for 'build'"],
    "MachineryLost: builder: No help topic for 'build'",
  ],
])("%s", (_title, code, words, error) => {
  expect(String(failureOf({ code, words }, ["python", "acme/*"]))).toBe(error);
});

test("the lines that BuildKit points at are kept", () => {
  const words = [
    'time="2026-01-01T00:00:00Z" level=warning msg="failed check"',
    "Dockerfile:2",
    "--------------------",
    "   1 |     FROM scratch",
    "   2 | >>> RUN false",
    "--------------------",
    "error: failed to solve",
  ];
  expect(excerptOf({ code: 1, words })).toEqual(words.slice(1, -1));
});
