import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { DOCKERFILE, type Field, form, openApp } from "./open-app.ts";

const JSON_ORDER = { image_name: "team/web", image_tag: "1.0", dockerfile: DOCKERFILE };
const UNKNOWN = "00000000-0000-4000-8000-000000000000";
const FORM: Field[] = [
  ["image_name", "team/web"],
  ["image_tag", "1.0"],
];

/** A tar.gz of files by name. */
async function archive(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return buffer(Readable.from(tar).pipe(createGzip()));
}

describe("an order", () => {
  test("of a Dockerfile alone is taken as JSON and answered with the build", async () => {
    const { app, store } = await openApp({ callbackSecret: "s".repeat(32) });
    const payload = {
      ...JSON_ORDER,
      args: { VERSION: "3" },
      target: "app",
      platform: "linux/arm64",
      callback: "https://example.com/hook",
    };
    const response = await app.inject({ method: "POST", url: "/v1/builds", payload });
    const build = {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      number: 1,
      client: "anybody",
      image_name: "team/web",
      image_tag: "1.0",
      reference: "localhost:5055/team/web:1.0",
      dockerfile: "Dockerfile",
      args: { VERSION: "3" },
      target: "app",
      platform: "linux/arm64",
      callback: "https://example.com/hook",
      state: "queued",
      step: "build",
      attempt: 0,
      digest: null,
      error: null,
      is_cancelling: false,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      started_at: null,
      finished_at: null,
    };
    expect([response.statusCode, response.json()]).toEqual([202, build]);
    expect(response.headers.location).toBe(`/v1/builds/${response.json().id}`);
    const found = await app.inject(`/v1/builds/${response.json().id}`);
    expect(found.json()).toEqual({ ...build, attempts: [] });
    expect(store.ordered[0]?.order).toEqual({
      imageName: "team/web",
      imageTag: "1.0",
      dockerfile: "Dockerfile",
      args: { VERSION: "3" },
      target: "app",
      platform: "linux/arm64",
      callback: "https://example.com/hook",
    });
  });

  test("of a Dockerfile as a form takes arguments as JSON", async () => {
    const { app, store } = await openApp();
    const fields = form(...FORM, ["args", '{"A":"1"}'], ["dockerfile", DOCKERFILE, "Dockerfile"]);
    const response = await app.inject({ method: "POST", url: "/v1/builds", ...fields });
    expect(response.statusCode).toBe(202);
    expect(store.ordered[0]?.order.args).toEqual({ A: "1" });
  });

  test("of a context is built by the Dockerfile that it names", async () => {
    const { app, store } = await openApp();
    const tar = await archive({ "docker/Web.Dockerfile": DOCKERFILE, "main.py": "print()\n" });
    const path: Field = ["dockerfile", "docker/Web.Dockerfile"];
    const fields = form(...FORM, path, ["context", tar, "context.tar.gz"]);
    const response = await app.inject({ method: "POST", url: "/v1/builds", ...fields });
    expect(response.statusCode).toBe(202);
    expect(store.ordered[0]).toMatchObject({
      order: { dockerfile: "docker/Web.Dockerfile" },
      context: { files: 2, bytes: DOCKERFILE.length + 8 },
    });
  });

  test("with the same key is the build of the first time, in whatever form", async () => {
    const { app, store } = await openApp();
    const headers = { "idempotency-key": "k-1" };
    const order = (payload: object) =>
      app.inject({ method: "POST", url: "/v1/builds", headers, payload });
    const first = await order(JSON_ORDER);
    const again = await order(JSON_ORDER);
    const fields = form(...FORM, ["dockerfile", DOCKERFILE, "Dockerfile"]);
    const asForm = await app.inject({
      ...{ method: "POST", url: "/v1/builds", payload: fields.payload },
      headers: { ...headers, ...fields.headers },
    });
    expect([again.statusCode, again.json().id, again.headers["idempotent-replayed"]]).toEqual([
      202,
      first.json().id,
      "true",
    ]);
    expect([first.headers["idempotent-replayed"], asForm.json().id]).toEqual([
      undefined,
      first.json().id,
    ]);
    const other = await order({ ...JSON_ORDER, image_tag: "2.0" });
    expect([other.statusCode, other.json().detail]).toEqual([
      422,
      "Idempotency-Key: came with another order before; use a new key for a new order",
    ]);
    expect(store.ordered).toHaveLength(1);
  });
});

describe("an order as JSON is refused", () => {
  const secret =
    "arguments stay in the image's history for all to read; let the app have it when it runs";
  test.each<[string, object, number, string, string]>([
    ["without a Dockerfile", { dockerfile: undefined }, 400, "dockerfile", "missing"],
    ["with an empty Dockerfile", { dockerfile: "" }, 400, "dockerfile", "is empty"],
    ["with a number for a tag", { image_tag: 1 }, 400, "image_tag", "must be a text"],
    ["with a field of its own", { more: 1 }, 400, "more", "is unknown; take it out"],
    ["with arguments in a list", { args: [] }, 400, "args", "must be a map of names and texts"],
    ["with a number as argument", { args: { A: 1 } }, 400, "args.A", "must be a text"],
    [
      "with a bad argument's name",
      { args: { "A-B": "1" } },
      400,
      "args.A-B",
      "is no name of an argument; use letters, digits and _",
    ],
    [
      "with another platform",
      { platform: "windows/amd64" },
      400,
      "platform",
      "is no platform; use the form linux/amd64",
    ],
    ["with a bad stage", { target: "a b" }, 400, "target", "is no stage; use its name or number"],
    [
      "with a user in its callback",
      { callback: "https://robot@example.com/" },
      400,
      "callback",
      "is no address; use http:// or https://, without a user and blanks",
    ],
    [
      "with a callback where there are none",
      { callback: "https://example.com/" },
      422,
      "callback",
      "is off on this builder; its owner turns it on with BUILDER_CALLBACK_SECRET",
    ],
    [
      "with a password as argument",
      { args: { DB_PASSWORD: "hunter" } },
      422,
      "args.DB_PASSWORD",
      `looks like a password, and ${secret}`,
    ],
    [
      "with a frontend as argument",
      { args: { BUILDKIT_SYNTAX: "evil/frontend" } },
      422,
      "args.BUILDKIT_SYNTAX",
      "steers BuildKit itself; take it out",
    ],
    [
      "with a NUL in an argument",
      { args: { A: "a\0b" } },
      422,
      "args.A",
      "holds a NUL; take it out",
    ],
    [
      "with half a character in an argument",
      { args: { A: "a\ud800" } },
      422,
      "args.A",
      "holds half a character; take it out",
    ],
    [
      "with half a character in its Dockerfile",
      { dockerfile: `${DOCKERFILE}# \udc00` },
      422,
      "dockerfile",
      "holds half a character; send it as UTF-8",
    ],
    [
      "with too many arguments",
      { args: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`A${at}`, ""])) },
      422,
      "args",
      "are more than 100; use fewer",
    ],
    [
      "without a FROM line",
      { dockerfile: "RUN x" },
      422,
      "dockerfile",
      "has no FROM line; begin it with the image to start from",
    ],
    [
      "with a name that is too long for the registry",
      { image_name: "x".repeat(250) },
      422,
      "image_name",
      "with localhost:5055/ before it, it has 265 characters, and registries take 255; shorten it",
    ],
  ])("%s", async (_title, changed, status, field, detail) => {
    const { app, store } = await openApp();
    const payload = { ...JSON_ORDER, ...changed };
    const response = await app.inject({ method: "POST", url: "/v1/builds", payload });
    expect([response.statusCode, response.headers["content-type"], response.json()]).toEqual([
      status,
      "application/problem+json; charset=utf-8",
      {
        type: "about:blank",
        title: status === 400 ? "Bad Request" : "Unprocessable Entity",
        status,
        detail: expect.stringMatching(/^\w/),
        errors: [{ field, detail }],
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    expect(store.ordered).toEqual([]);
  });

  test("with all that is wrong at once", async () => {
    const { app } = await openApp();
    const payload = { image_name: "A", dockerfile: DOCKERFILE };
    const response = await app.inject({ method: "POST", url: "/v1/builds", payload });
    expect(response.json().errors.map(({ field }: { field: string }) => field)).toEqual([
      "image_name",
      "image_tag",
    ]);
  });
});

test.each(["\0", "\u001b", "\u0085", "\ud800"])(
  "an order with %j in its callback is refused",
  async (character) => {
    const { app, store } = await openApp({ callbackSecret: "s".repeat(32) });
    const callback = `https://example.com/${character}`;
    const payload = { ...JSON_ORDER, callback };
    const response = await app.inject({ method: "POST", url: "/v1/builds", payload });
    expect([response.statusCode, response.json().errors]).toEqual([
      expect.toBeOneOf([400, 422]),
      [{ field: "callback", detail: expect.stringMatching(/^is no address; /) }],
    ]);
    expect(store.ordered).toEqual([]);
  },
);

describe("an order as a form is refused", async () => {
  const dockerfile: Field = ["dockerfile", DOCKERFILE, "Dockerfile"];
  const tar = await archive({ Dockerfile: DOCKERFILE });
  const context: Field = ["context", tar, "context.tar.gz"];
  test.each<[string, Field[], number, string]>([
    [
      "without a Dockerfile",
      FORM,
      422,
      "dockerfile: missing; send a Dockerfile as a file, or a context",
    ],
    [
      "with a Dockerfile as a file beside a context",
      [...FORM, dockerfile, context],
      422,
      "dockerfile: is a file beside a context; put it into the context and send its path there",
    ],
    [
      "with the Dockerfile's path after the context",
      [...FORM, context, ["dockerfile", "other/Dockerfile"]],
      422,
      "dockerfile: comes after the context; send it before",
    ],
    [
      "with a path that leads out of the context",
      [...FORM, ["dockerfile", "../Dockerfile"], context],
      422,
      "dockerfile: is no path within the context; use a relative one, without .. and \\",
    ],
    [
      "with a path where nothing is",
      [...FORM, ["dockerfile", "other"], context],
      422,
      'context: has no "other"; pack it from within the folder that the path is of, or name another Dockerfile',
    ],
    [
      "with a context as a text",
      [...FORM, ["context", "x"]],
      400,
      "context: is sent as a text; send it as a file, with curl as -F NAME=@FILE",
    ],
    [
      "with a field of its own",
      [...FORM, ["more\u001b[1m", "x"], dockerfile],
      400,
      "more?[1m: is unknown; use image_name, image_tag, args, target, platform, callback, dockerfile, context",
    ],
    [
      "with a file of its own",
      [...FORM, ["more", "x", "more"], dockerfile],
      400,
      "more: is unknown; use image_name, image_tag, args, target, platform, callback, dockerfile, context",
    ],
    [
      "with arguments that are no JSON",
      [...FORM, ["args", "A=1"], dockerfile],
      400,
      "args: must be a map of names and texts",
    ],
    [
      "with a name from a prototype",
      [...FORM, ["__proto__", "x"], dockerfile],
      400,
      'body: is no complete multipart/form-data ("prototype property is not allowed as field name"); send it again',
    ],
    [
      "with many parts",
      [...FORM, ...Array.from({ length: 30 }, (_, at): Field => [`a${at}`, "x"])],
      400,
      "a0: is unknown; use image_name, image_tag, args, target, platform, callback, dockerfile, context",
    ],
    [
      "with too large a Dockerfile",
      [...FORM, ["dockerfile", Buffer.alloc(600_000, "#"), "Dockerfile"]],
      413,
      "dockerfile: is larger than 524288 bytes; send less",
    ],
  ])("%s", async (_title, fields, status, detail) => {
    const { app, store } = await openApp();
    const response = await app.inject({ method: "POST", url: "/v1/builds", ...form(...fields) });
    expect([response.statusCode, response.json().detail]).toEqual([status, detail]);
    expect(store.ordered).toEqual([]);
  });

  test("that is cut short", async () => {
    const { app } = await openApp();
    const { headers, payload } = form(...FORM, dockerfile);
    const cut = payload.subarray(0, payload.length - 30);
    const request = { method: "POST", url: "/v1/builds", headers, payload: cut } as const;
    const response = await app.inject(request);
    expect([response.statusCode, response.json().detail]).toEqual([
      400,
      expect.stringMatching(/^body: is no complete multipart\/form-data \(".+"\); send it again$/),
    ]);
  });
});

test.each([
  ["text/plain", 415, "request: Unsupported Media Type"],
  ["application/x-tar", 415, "request: Unsupported Media Type"],
  ["multipart/form-data", 400, expect.stringMatching(/^body: is no complete multipart/)],
  ["application/json", 400, expect.stringMatching(/^request: /)],
])("a body that calls itself %s and is none is refused", async (type, status, detail) => {
  const { app } = await openApp();
  const headers = { "content-type": type };
  const request = { method: "POST", url: "/v1/builds", headers, payload: "{x" } as const;
  const response = await app.inject(request);
  expect([response.statusCode, response.json().detail]).toEqual([status, detail]);
});

test("builds are listed newest first, page by page and by state", async () => {
  const { app, store } = await openApp();
  for (const image_tag of ["1", "2", "3", "4"]) {
    await app.inject({ method: "POST", url: "/v1/builds", payload: { ...JSON_ORDER, image_tag } });
  }
  const tags = (response: { json(): { builds: { image_tag: string }[] } }) =>
    response.json().builds.map(({ image_tag }) => image_tag);
  const first = await app.inject("/v1/builds?limit=3");
  expect([tags(first), first.headers.link]).toEqual([
    ["4", "3", "2"],
    `</v1/builds?limit=3&cursor=${first.json().next}>; rel="next"`,
  ]);
  const second = await app.inject(`/v1/builds?limit=3&cursor=${first.json().next}`);
  expect([tags(second), second.json().next, second.headers.link]).toEqual([["1"], null, undefined]);
  expect(tags(await app.inject("/v1/builds?limit=1&cursor=zzzzzzzzz"))).toEqual(["4"]);
  store.begin((await store.list({ limit: 1 }))[0]?.id ?? "");
  expect(tags(await app.inject("/v1/builds?state=building"))).toEqual(["4"]);
});

test.each([
  ["limit=0", "limit: is less than 1"],
  ["limit=101", "limit: is more than 100"],
  ["limit=many", "limit: is no whole number"],
  ["cursor=-", "cursor: is none of a list; take it from next"],
  ["page=2", "page: is unknown; take it out"],
])("a list by %s is refused", async (query, detail) => {
  const { app } = await openApp();
  const response = await app.inject(`/v1/builds?${query}`);
  expect([response.statusCode, response.json().detail]).toEqual([400, detail]);
});

test.each<[string, Record<string, string>, number]>([
  ["empty", { "content-type": "application/x-www-form-urlencoded", "content-length": "0" }, 202],
  ["empty and JSON", { "content-type": "application/json", "content-length": "0" }, 202],
  ["absent", { "content-type": "application/json" }, 202],
  ["chunked", { "content-type": "text/plain", "transfer-encoding": "chunked" }, 415],
])(
  "what needs no body takes a content type where it is %s: %j",
  async (_title, headers, status) => {
    const { app } = await openApp();
    const order = { method: "POST", url: "/v1/builds", payload: JSON_ORDER } as const;
    const { id } = (await app.inject(order)).json();
    for (const verb of ["cancel", "retry"]) {
      const url = `/v1/builds/${id}/${verb}`;
      const response = await app.inject({ method: "POST", url, headers });
      expect(response.statusCode).toBe(status);
    }
  },
);

test("a retry is put off while as many builds wait as may", async () => {
  const { app, store } = await openApp();
  const post = (url: string, payload?: object) =>
    app.inject({ method: "POST", url, ...(payload && { payload }) });
  const { id } = (await post("/v1/builds", JSON_ORDER)).json();
  await post(`/v1/builds/${id}/cancel`);
  store.waiting = 0;
  const response = await post(`/v1/builds/${id}/retry`);
  expect([response.statusCode, response.headers["retry-after"], response.json().detail]).toEqual([
    429,
    "10",
    "client: has as many builds waiting as it may; order again once some have ended",
  ]);
});

test("a build is cancelled, retried and shows what was tried", async () => {
  const { app, store } = await openApp();
  const post = (url: string, payload?: object) =>
    app.inject({ method: "POST", url, ...(payload && { payload }) });
  const { id } = (await post("/v1/builds", JSON_ORDER)).json();
  const cancelled = await post(`/v1/builds/${id}/cancel`);
  expect([cancelled.statusCode, cancelled.json().state]).toEqual([202, "cancelled"]);
  const retried = await post(`/v1/builds/${id}/retry`);
  expect([retried.statusCode, retried.json().state]).toEqual([202, "queued"]);
  store.begin(id);
  const cancelling = await post(`/v1/builds/${id}/cancel`);
  expect([cancelling.json().state, cancelling.json().is_cancelling]).toEqual(["building", true]);
  store.change(id, { state: "failed", error: "step 2 ended with 1" });
  const { attempts, error } = (await app.inject(`/v1/builds/${id}`)).json();
  expect([error, attempts]).toEqual([
    "step 2 ended with 1",
    [
      {
        number: 1,
        worker: "worker-1",
        state: "failed",
        first_step: "build",
        digest: null,
        error: "step 2 ended with 1",
        started_at: expect.any(String),
        finished_at: expect.any(String),
      },
    ],
  ]);
});

test.each([
  ["GET", "/v1/builds/1", 400, "id: is no id of a build; it is a UUID"],
  [
    "GET",
    `/v1/builds/${UNKNOWN}`,
    404,
    "build: there is none with this id; see the list of builds",
  ],
  ["GET", "/v1/builds/..%2f..%2fetc", 400, "id: is no id of a build; it is a UUID"],
  [
    "POST",
    `/v1/builds/${UNKNOWN}/cancel`,
    404,
    "build: there is none with this id; see the list of builds",
  ],
  [
    "POST",
    `/v1/builds/${UNKNOWN}/retry`,
    404,
    "build: there is none with this id; see the list of builds",
  ],
  [
    "GET",
    `/v1/builds/${UNKNOWN}/log`,
    404,
    "build: there is none with this id; see the list of builds",
  ],
  ["GET", "/v2/builds", 404, "path: there is nothing here; see /openapi.json"],
  ["GET", "/%zz", 400, "path: cannot be read; see /openapi.json"],
  ["GET", `/v1/builds/${"x".repeat(200)}`, 414, "path: cannot be read; see /openapi.json"],
  ["PATCH", "/v1/builds", 405, "method: is none of this path; use GET, HEAD, POST"],
] as const)("%s %s is refused", async (method, url, status, detail) => {
  const { app } = await openApp();
  const response = await app.inject({ method, url });
  expect([response.statusCode, response.headers["content-type"], response.json().detail]).toEqual([
    status,
    "application/problem+json; charset=utf-8",
    detail,
  ]);
});

test("while the database is away, requests are told to come again", async () => {
  const lines: string[] = [];
  const logTo = { write: (line: string) => lines.push(line) };
  const { app, store } = await openApp({ logLevel: "warn" }, { logTo });
  const outcome = async () => {
    const response = await app.inject("/v1/builds");
    return [response.statusCode, response.headers["retry-after"], response.json().detail];
  };
  const away = [503, "5", "database: does not answer; ask again in a moment"];
  store.fault = Object.assign(new Error("connect refused"), { code: "ECONNREFUSED" });
  expect(await outcome()).toEqual(away);
  expect(lines.join("")).toContain('"reason":"connect refused"');
  expect(lines.join("")).not.toContain("stack");
  // What is said in no words that are known is asked for.
  store.fault = new Error("odd");
  expect(await outcome()).toEqual(away);
  expect(lines.join("")).toContain("stack");
});

test("a fault of the builder says nothing of itself but in the log", async () => {
  const lines: string[] = [];
  const logTo = { write: (line: string) => lines.push(line) };
  const { app, store } = await openApp({ logLevel: "error" }, { logTo });
  store.list = async () => {
    throw new Error("the inside of it");
  };
  const response = await app.inject("/v1/builds?cursor=1");
  expect([response.statusCode, response.json().detail]).toEqual([
    500,
    "builder: this is a fault of the builder; its log knows the request_id",
  ]);
  const line = JSON.parse(lines[0] ?? "");
  expect([line.reqId, line.err.message]).toEqual([response.json().request_id, "the inside of it"]);
});
