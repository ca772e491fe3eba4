import { describe, expect, test } from "vitest";
import type { State, Step } from "../../../builder/build.ts";
import { legacyStatus } from "../../../builder/http/legacy-status.ts";
import { DOCKERFILE, type Field, form, legacyForm, openApp } from "./open-app.ts";

const UNKNOWN = "00000000-0000-4000-8000-000000000000";

test("a Dockerfile is ordered, looked after and retried as the older clients do it", async () => {
  const { app, store } = await openApp();
  const ordered = await app.inject({ method: "POST", url: "/build-push", ...legacyForm() });
  const { build_id } = ordered.json();
  expect([ordered.statusCode, ordered.json()]).toEqual([
    200,
    { status: 200, message: "Build started", build_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  ]);
  expect(store.ordered).toEqual([
    {
      client: "anybody",
      order: { imageName: "team/web", imageTag: "1.0", dockerfile: "Dockerfile", args: {} },
      reference: "localhost:5055/team/web:1.0",
      context: { parts: [expect.any(Buffer)], bytes: DOCKERFILE.length, files: 1 },
    },
  ]);
  const status = `/build-push-status?build_id=${build_id}`;
  expect((await app.inject(status)).json()).toEqual({
    status: 200,
    build_status: { build_id, build_status: "Pending", push_status: "Pending" },
  });
  for (const method of ["GET", "POST"] as const) {
    store.begin(build_id);
    store.change(build_id, { state: "failed", error: "it went wrong" });
    const retried = await app.inject({ method, url: `/retry-build?build_id=${build_id}` });
    expect([retried.statusCode, retried.json()]).toEqual([
      200,
      { status: 200, message: "Retry started", build_id },
    ]);
  }
});

test.each<[State, Step, string, string]>([
  ["queued", "build", "Pending", "Pending"],
  ["building", "build", "In Progress", "Pending"],
  ["queued", "push", "Completed", "Pending"],
  ["pushing", "push", "Completed", "In Progress"],
  ["succeeded", "push", "Completed", "Completed"],
  ["failed", "push", "Completed", "Failed"],
  ["failed", "build", "Failed", "Failed"],
  ["cancelled", "build", "Failed", "Failed"],
  ["cancelled", "push", "Failed", "Failed"],
])("%s at the %s is %s and %s", (state, step, build_status, push_status) => {
  expect(legacyStatus({ state, step })).toEqual({ build_status, push_status });
});

describe("an order is refused", () => {
  const file: Field = ["file", DOCKERFILE, "Dockerfile"];
  const name: Field = ["image_name", "web"];
  const tag: Field = ["image_tag", "1"];
  const noName =
    "is no image name; use lower-case letters and digits, with . _ - between them and / between parts";
  const noTag =
    "is no tag; use up to 128 letters, digits and . _ -, without . or - at its beginning";

  test.each<[string, Field[], number, string]>([
    [
      "without anything",
      [],
      400,
      "image_name: missing; image_tag: missing; file: missing; send the Dockerfile as a file",
    ],
    ["without a name", [file, tag], 400, "image_name: missing"],
    ["without a tag", [file, name], 400, "image_tag: missing"],
    ["without a file", [name, tag], 400, "file: missing; send the Dockerfile as a file"],
    [
      "with the file as a text",
      [["file", DOCKERFILE], name, tag],
      400,
      "file: is sent as a text; send it as a file, with curl as -F NAME=@FILE",
    ],
    [
      "with the name as a file",
      [["image_name", "web", "name"], file, tag],
      400,
      "image_name: is sent as a file; send it as a text",
    ],
    [
      "with a field twice",
      [name, name, file, tag],
      400,
      "image_name: is there twice; send it once",
    ],
    ["with capitals in its name", [file, ["image_name", "Web"], tag], 400, `image_name: ${noName}`],
    [
      "with a path in its name",
      [file, ["image_name", "../web"], tag],
      400,
      `image_name: ${noName}`,
    ],
    ["with a tag in its name", [file, ["image_name", "web:1"], tag], 400, `image_name: ${noName}`],
    ["with an empty name", [file, ["image_name", ""], tag], 400, `image_name: ${noName}`],
    ["with a blank in its tag", [file, name, ["image_tag", "1 0"]], 400, `image_tag: ${noTag}`],
    [
      "with a tag that is too long",
      [file, name, ["image_tag", "x".repeat(129)]],
      400,
      `image_tag: ${noTag}`,
    ],
    [
      "with an empty Dockerfile",
      [["file", "", "Dockerfile"], name, tag],
      400,
      "Dockerfile: is empty; write a FROM line and what follows",
    ],
    [
      "with too large a Dockerfile",
      [["file", Buffer.alloc(600_000, "#"), "Dockerfile"], name, tag],
      413,
      "file: is larger than 524288 bytes; send less",
    ],
    [
      "with too large a name",
      [file, ["image_name", "x".repeat(5000)], tag],
      413,
      "image_name: is too large; send less",
    ],
  ])("%s", async (_title, fields, status, message) => {
    const { app, store } = await openApp();
    const response = await app.inject({ method: "POST", url: "/build-push", ...form(...fields) });
    expect([response.statusCode, response.json()]).toEqual([status, { status, message }]);
    expect(store.ordered).toEqual([]);
  });

  test("as JSON", async () => {
    const { app } = await openApp();
    const payload = { image_name: "web" };
    const response = await app.inject({ method: "POST", url: "/build-push", payload });
    expect([response.statusCode, response.json()]).toEqual([
      415,
      {
        status: 415,
        message: "body: is of another type; send multipart/form-data, with curl by -F",
      },
    ]);
  });

  test("while as many builds wait as may", async () => {
    const { app, store } = await openApp();
    store.waiting = 0;
    const response = await app.inject({ method: "POST", url: "/build-push", ...legacyForm() });
    expect([response.statusCode, response.headers["retry-after"], response.json()]).toEqual([
      429,
      "10",
      {
        status: 429,
        message: "client: has as many builds waiting as it may; order again once some have ended",
      },
    ]);
  });
});

test("a field that is not known is ignored", async () => {
  const { app } = await openApp();
  const fields = form(
    ["other", "x"],
    ["more", "x", "more"],
    ["file", DOCKERFILE, "Dockerfile"],
    ["image_name", "web"],
    ["image_tag", "1"],
  );
  const response = await app.inject({ method: "POST", url: "/build-push", ...fields });
  expect(response.statusCode).toBe(200);
});

test.each([
  ["/build-push-status", 400, "build_id: missing"],
  ["/build-push-status?build_id=1", 400, "build_id: is no id of a build; it is a UUID"],
  [
    `/build-push-status?build_id=${UNKNOWN}`,
    404,
    "build: there is none with this id; see the list of builds",
  ],
  ["/retry-build", 400, "build_id: missing"],
  [
    `/retry-build?build_id=${UNKNOWN}`,
    404,
    "build: there is none with this id; see the list of builds",
  ],
])("%s is answered with an error of the same form", async (url, status, message) => {
  const { app } = await openApp();
  const response = await app.inject(url);
  expect([response.statusCode, response.json()]).toEqual([status, { status, message }]);
});

test("a build that goes on is not retried", async () => {
  const { app } = await openApp();
  const ordered = await app.inject({ method: "POST", url: "/build-push", ...legacyForm() });
  const response = await app.inject(`/retry-build?build_id=${ordered.json().build_id}`);
  expect([response.statusCode, response.json()]).toEqual([
    409,
    {
      status: 409,
      message:
        "build: is queued, and only one that failed or was cancelled is retried; order it anew instead",
    },
  ]);
});

test.each(["GET", "POST"] as const)(
  "a retry by %s is put off while as many builds wait as may",
  async (method) => {
    const { app, store } = await openApp();
    const ordered = await app.inject({ method: "POST", url: "/build-push", ...legacyForm() });
    const { build_id } = ordered.json();
    store.change(build_id, { state: "failed", error: "it went wrong" });
    store.waiting = 0;
    const response = await app.inject({ method, url: `/retry-build?build_id=${build_id}` });
    expect([response.statusCode, response.headers["retry-after"], response.json()]).toEqual([
      429,
      "10",
      {
        status: 429,
        message: "client: has as many builds waiting as it may; order again once some have ended",
      },
    ]);
  },
);

test.each(["application/x-www-form-urlencoded", "application/json", "multipart/form-data"])(
  "a retry takes an empty body that calls itself %s",
  async (type) => {
    const { app, store } = await openApp();
    const ordered = await app.inject({ method: "POST", url: "/build-push", ...legacyForm() });
    const { build_id } = ordered.json();
    store.change(build_id, { state: "failed", error: "it went wrong" });
    const response = await app.inject({
      ...{ method: "POST", url: `/retry-build?build_id=${build_id}` },
      headers: { "content-type": type, "content-length": "0" },
    });
    expect(response.statusCode).toBe(200);
  },
);

test("another method is refused in the same form", async () => {
  const { app } = await openApp();
  const response = await app.inject({ method: "PUT", url: "/build-push" });
  expect([response.statusCode, response.headers.allow, response.json()]).toEqual([
    405,
    "POST",
    { status: 405, message: "method: is none of this path; use POST" },
  ]);
});
