import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tar } from "../context/tars.ts";
import { type Door, expectProblem, openDoor, request } from "./door.ts";
import { form, formType, named, type Part } from "./forms.ts";

// What is asked with ill intent, on the wire: answered with words, and nothing of it stays.

let door: Door;
let open: Door;
beforeAll(async () => {
  const few = { BUILDER_BODY_BYTES: "1m", BUILDER_PER_MINUTE: "100000" };
  door = await openDoor({ ...few, BUILDER_CALLBACK_SECRET: "0".repeat(32) });
  open = await openDoor({ ...few, BUILDER_TOKENS: "" });
}, 60_000);
afterAll(async () => {
  await door?.close();
  await open?.close();
});

const auth = () => ({ authorization: `Bearer ${door.token}` });
const dockerfile = "FROM python\n";
const file: Part = { name: "dockerfile", content: dockerfile, file: "Dockerfile" };
const json = (value: unknown, headers = {}) =>
  request(
    "POST",
    "/v1/builds",
    { "content-type": "application/json", ...auth(), ...headers },
    text(value),
  );
const multipart = (...parts: readonly Part[]) =>
  request("POST", "/v1/builds", { ...formType, ...auth() }, form(...parts));
const order = { image_name: "team/web", image_tag: "1.0", dockerfile };

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

describe("a name of an image", () => {
  it.each([
    "",
    "Web",
    "../web",
    "/web",
    "web/",
    "a//b",
    "a/../b",
    "web:latest",
    "web@sha256:0",
    "localhost:5055/web",
    "-web",
    "web..x",
    "wéb",
    "web\r\nx-evil: 1",
    "web\0",
    "web?mount=x",
    "web%2f..",
    "w".repeat(256),
    "$(id)",
    "a b",
  ])("such as %j is refused", async (image_name) => {
    const reply = await door.send([json({ ...order, image_name })]);
    expectProblem(reply, 400, /^image_name: /);
    await door.isUnharmed();
  });

  it.each(["", ".x", "-x", "a/b", "a:b", "a\nb", "é", "t".repeat(129), "@sha256:0", "..", "a b"])(
    "with a tag such as %j is refused",
    async (image_tag) => {
      const reply = await door.send([json({ ...order, image_tag })]);
      expectProblem(reply, 400, /^image_tag: /);
      await door.isUnharmed();
    },
  );

  it("that the registry has no room for is refused", async () => {
    const image_name = "w".repeat(250);
    expectProblem(
      await door.send([json({ ...order, image_name })]),
      422,
      /^image_name: with localhost:5055\/ before it, it has 265 characters/,
    );
    await door.isUnharmed();
  });
});

describe("an order", () => {
  it.each<[what: string, more: object | string, why: RegExp]>([
    [
      "with a secret for an argument",
      { args: { T: `ghp_${"a1B2".repeat(9)}` } },
      /^args\.T: looks like /,
    ],
    [
      "that steers BuildKit",
      { args: { BUILDKIT_SYNTAX: "evil" } },
      /^args\.BUILDKIT_SYNTAX: steers BuildKit/,
    ],
    ["with a NUL in an argument", { args: { A: "a\0b" } }, /^args\.A: holds a NUL/],
    ["with an argument called like a flag", { args: { "--x": "1" } }, /^args\.--x: /],
    ["with an argument for a prototype", '{"args":{"__proto__":{"x":1}}}', /./],
    ["with a list for arguments", { args: [1] }, /^args: must be a map/],
    ["with a number for an argument", { args: { A: 1 } }, /^args\.A: must be a text/],
    ["with a giant argument", { args: { A: "x".repeat(5_000) } }, /^args\.A: is longer/],
    ["with a flag for a target", { target: "--x" }, /^target: /],
    ["with a flag for a platform", { platform: "linux/amd64 --x" }, /^platform: /],
    ["with a callback to a file", { callback: "file:///etc/passwd" }, /^callback: /],
    ["with a callback with a login", { callback: "http://u@example.com/" }, /^callback: /],
    ["with a callback in two lines", { callback: "http://example.com/\r\nx: y" }, /^callback: /],
    ["with a field that nobody knows", { registry: "evil" }, /registry/],
    ["with a list for a name", { image_name: ["a"] }, /^image_name: must be a text/],
    ["with an object for a Dockerfile", { dockerfile: { a: 1 } }, /^dockerfile: must be a text/],
  ])("%s is refused", async (_what, more, why) => {
    const whole = typeof more === "string" ? more : { ...order, ...more };
    const reply = await door.send([json(whole)]);
    expect([400, 422]).toContain(reply.status);
    expectProblem(reply, reply.status, why);
    await door.isUnharmed();
  });

  it.each<[what: string, bytes: () => Buffer, status: number, why: RegExp]>([
    ["of no JSON", () => json("{"), 400, /./],
    ["of JSON that is no object", () => json("[]"), 400, /./],
    [
      "of JSON as deep as a well",
      () => json(`${"[".repeat(50_000)}${"]".repeat(50_000)}`),
      400,
      /./,
    ],
    ["of another type", () => json("<a/>", { "content-type": "text/xml" }), 415, /./],
    ["of a type that lies", () => json(order, { "content-type": "multipart/form-data" }), 400, /./],
    [
      "of a form that says to be JSON",
      () =>
        request(
          "POST",
          "/v1/builds",
          { ...auth(), "content-type": "application/json" },
          form(...named, file),
        ),
      400,
      /./,
    ],
    [
      "without a body",
      () => request("POST", "/v1/builds", { ...auth(), "content-length": "0" }),
      400,
      /^body: missing/,
    ],
    [
      "with a field twice",
      () => multipart(...named, ...named, file),
      400,
      /^image_name: is there twice/,
    ],
    [
      "with a Dockerfile twice",
      () => multipart(...named, file, file),
      400,
      /^dockerfile: is there twice/,
    ],
    [
      "with too many parts",
      () => multipart(...Array<Part>(200).fill({ name: "args", content: "{}" })),
      400,
      /./,
    ],
    [
      "with a giant field",
      () => multipart({ name: "image_name", content: "x".repeat(900_000) }),
      413,
      /./,
    ],
    [
      "with a giant name of a field",
      () => multipart(...named, { name: "x".repeat(20_000), content: "x" }),
      400,
      /./,
    ],
    [
      "with a field of no name",
      () => multipart(...named, { name: "", content: "x" }, file),
      400,
      /./,
    ],
    [
      "with a field for a prototype",
      () => multipart(...named, { name: "__proto__", content: "x" }, file),
      400,
      /./,
    ],
    [
      "with a name as a file",
      () => multipart({ name: "image_name", content: "web", file: "x" }, file),
      400,
      /^image_name: is sent as a file/,
    ],
    [
      "with a path for a file's name",
      () => multipart(...named, { ...file, name: "context", file: "../../x" }),
      422,
      /is no tar archive/,
    ],
    [
      "with a context and a Dockerfile",
      () => multipart(...named, file, { name: "context", content: tar(), file: "x" }),
      422,
      /^dockerfile: is a file beside a context/,
    ],
    ["larger than a body may be", () => json({ ...order, more: "x".repeat(2 ** 20) }), 413, /./],
    [
      "with a key of two lines",
      () => json(order, { "idempotency-key": "a b" }),
      400,
      /^idempotency-key: /i,
    ],
    [
      "with a giant key",
      () => json(order, { "idempotency-key": "x".repeat(300) }),
      400,
      /^idempotency-key: /i,
    ],
  ])("%s is refused", async (_what, bytes, status, why) => {
    const reply = await door.send([bytes()]);
    expectProblem(reply, status, why);
    await door.isUnharmed();
  });

  it("whose form is cut off is refused", async () => {
    const whole = multipart(...named, {
      name: "context",
      content: Buffer.alloc(50_000),
      file: "x",
    });
    await door.send([whole.subarray(0, -20_000)], "half");
    await door.isUnharmed();
    const shortened = request(
      "POST",
      "/v1/builds",
      { ...formType, ...auth() },
      form(...named, file).subarray(0, -30),
    );
    expectProblem(await door.send([shortened]), 400, /^body: is no complete multipart\/form-data/);
    await door.isUnharmed();
  });

  it("of the older clients is refused in their form", async () => {
    const upload = (...parts: Part[]) =>
      request("POST", "/build-push", { ...formType, ...auth() }, form(...parts));
    const replies = [
      await door.send([upload(...named)]),
      await door.send([
        upload(
          { name: "image_name", content: "../x" },
          { name: "image_tag", content: "1" },
          { ...file, name: "file" },
        ),
      ]),
      await door.send([upload(...named, { name: "file", content: "RUN x", file: "x" })]),
      await door.send([
        request("POST", "/build-push", { ...auth(), "content-type": "text/plain" }, "x"),
      ]),
      await door.send([request("GET", "/build-push-status?build_id=../x", auth())]),
      await door.send([
        request("GET", "/retry-build?build_id=00000000-0000-4000-8000-000000000000", auth()),
      ]),
      await door.send([request("POST", "/build-push", formType, form(...named))]),
    ];
    expect(replies.map(({ status }) => status)).toEqual([400, 400, 400, 415, 400, 404, 401]);
    for (const { status, body } of replies) {
      expect(JSON.parse(body)).toEqual({ status, message: expect.stringMatching(/.+: .+/) });
    }
    await door.isUnharmed();
  });
});

describe("a token", () => {
  const get = (headers: Record<string, string | readonly string[]>, path = "/v1/builds") =>
    request("GET", path, headers);

  it.each<[what: string, bytes: () => Buffer, status: number]>([
    ["is missing", () => get({}), 401],
    ["is empty", () => get({ authorization: "Bearer " }), 401],
    ["is another's guess", () => get({ authorization: `Bearer slw_${"A".repeat(43)}` }), 401],
    ["is one letter off", () => get({ authorization: `Bearer ${door.token.slice(0, -1)}!` }), 401],
    ["is the hash of one", () => get({ authorization: `Bearer ${"0".repeat(64)}` }), 401],
    [
      "is shown another way",
      () => get({ authorization: `Basic ${btoa(`acme:${door.token}`)}` }),
      401,
    ],
    ["is in the path", () => get({}, `/v1/builds?token=${door.token}`), 401],
    ["is in a cookie", () => get({ cookie: `token=${door.token}` }), 401],
    [
      "is a JSON web token of no algorithm",
      () => get({ authorization: `Bearer ${btoa('{"alg":"none"}')}.e30.` }),
      401,
    ],
    ["has a NUL", () => get({ authorization: `Bearer ${"a"}\u0000b` }), 400],
    [
      "is larger than headers may be",
      () => get({ authorization: `Bearer ${"x".repeat(100_000)}` }),
      431,
    ],
    ["is for metrics only", () => get({}, "/metrics"), 401],
  ])("that %s lets nobody in", async (_what, bytes, status) => {
    const reply = await door.send([bytes()]);
    expectProblem(reply, status, /.+/);
    expect(reply.body).not.toContain(door.token);
    await door.isUnharmed();
  });

  it("that is forged is refused before the upload is read", async () => {
    async function* endless() {
      yield request("POST", "/v1/builds", {
        ...formType,
        authorization: "Bearer forged",
        "transfer-encoding": "chunked",
      });
      for (;;) yield Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`);
    }
    expectProblem(await door.send(endless()), 401, /^authorization: /);
    await door.isUnharmed();
  });
});

describe("a path", () => {
  it.each<[path: string, status: number]>([
    ["/v1/builds/../../etc/passwd", 404],
    ["/v1/builds/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 400],
    ["/v1/builds/..%5c..%5cx", 400],
    ["/v1/builds/%00", 400],
    ["/v1/builds/%ff%fe", 400],
    ["/v1/builds/%", 400],
    ["/v1/builds/1'%20OR%20'1'='1", 400],
    ["/v1/builds/00000000-0000-4000-8000-000000000000", 404],
    ["/v1/builds/00000000-0000-4000-8000-000000000000/log?attempt=99999999999999999999", 400],
    [`/v1/builds/${"x".repeat(5_000)}`, 414],
    ["/v1/builds?limit=1e9", 400],
    ["/v1/builds?limit=-1", 400],
    ["/v1/builds?limit=1&limit=2", 400],
    ["/v1/builds?state=gone", 400],
    ["/v1/builds?cursor=';--", 400],
    ["/v1/builds?__proto__[x]=1", 400],
    ["/page/../../builder/settings.ts", 404],
    ["/%2e%2e/%2e%2e/etc/passwd", 404],
    ["//evil.example/", 404],
    ["http://evil.example/v1/builds/x", 400],
    ["/.env", 404],
  ])("such as %s leads nowhere", async (path, status) => {
    const reply = await door.send([request("GET", path, auth())]);
    expectProblem(reply, status, /.+: .+/);
    await door.isUnharmed();
  });
});

describe("what is no proper HTTP", () => {
  const post = (...headers: string[]) =>
    Buffer.from(
      [
        "POST /v1/builds HTTP/1.1",
        "host: localhost",
        `authorization: Bearer ${door.token}`,
        ...headers,
        "",
        "",
      ].join("\r\n"),
    );

  it.each<[what: string, bytes: () => Buffer, status: number]>([
    ["two lengths of a body", () => post("content-length: 5", "content-length: 6"), 400],
    ["a length beside chunks", () => post("content-length: 5", "transfer-encoding: chunked"), 400],
    [
      "a coding of a body that hides",
      () => post("transfer-encoding: xchunked", "content-type: application/json"),
      400,
    ],
    [
      "chunks that are none",
      () =>
        Buffer.concat([
          post("transfer-encoding: chunked", "content-type: application/json"),
          Buffer.from("zz\r\n"),
        ]),
      400,
    ],
    ["a length below zero", () => post("content-length: -1"), 400],
    ["a header that goes on in the next line", () => post("x-a: 1", " 2"), 400],
    ["a header's name with a blank", () => post("content-length : 5"), 400],
    ["a bare line feed", () => Buffer.from("GET / HTTP/1.1\nhost: localhost\nx: \n\n\0"), 400],
    ["a method of its own", () => Buffer.from("HACK / HTTP/1.1\r\nhost: localhost\r\n\r\n"), 400],
    ["a version of its own", () => Buffer.from("GET / HTTP/9.9\r\nhost: localhost\r\n\r\n"), 400],
    ["a greeting of TLS", () => Buffer.from("16030100c8010000c40303", "hex"), 400],
    ["a greeting of SSH", () => Buffer.from("SSH-2.0-x\r\n"), 400],
    [
      "more headers than there may be",
      () => request("GET", "/", { "x-a": "x".repeat(20_000) }),
      431,
    ],
    [
      "a body larger than it may be, by its word",
      () => post("content-length: 99999999999", "content-type: application/json"),
      413,
    ],
  ])("such as %s is told so, and the connection ends", async (_what, bytes, status) => {
    const reply = await door.send([bytes()]);
    expectProblem(reply, status, /.+: .+/);
    await door.isUnharmed();
  });

  it.each(["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])(
    "%s on an order is refused",
    async (method) => {
      const reply = await door.send([request(method, "/v1/builds", auth())]);
      expect([404, 405]).toContain(reply.status);
      await door.isUnharmed();
    },
  );

  it("such as no host is refused by Node itself", async () => {
    const bytes = Buffer.from("GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n");
    expect((await door.send([bytes])).status).toBe(400);
    await door.isUnharmed();
  });

  it("such as a request hidden behind the last one of a connection is never carried out", async () => {
    const headers = { ...auth(), "content-type": "application/json" };
    const hidden = request("POST", "/v1/builds", headers, text(order));
    const reply = await door.send([Buffer.concat([request("GET", "/healthz"), hidden])]);
    expect([200, 400]).toContain(reply.status);
    await door.isUnharmed();
  });
});

describe("a client that takes its time", () => {
  async function* slowly(head: Buffer, byte = "x") {
    yield head;
    for (;;) {
      await pause(60);
      yield Buffer.from(byte);
    }
  }

  it("over its headers is cut off", async () => {
    const start = Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\nx-a: ");
    expectProblem(await door.send(slowly(start)), 408, /^request: comes in too slowly/);
    await door.isUnharmed();
  });

  it.each<[what: string, head: () => Buffer]>([
    [
      "JSON",
      () =>
        request("POST", "/v1/builds", {
          ...auth(),
          "content-type": "application/json",
          "content-length": "9000",
        }),
    ],
    [
      "a form",
      () =>
        Buffer.concat([
          request("POST", "/v1/builds", { ...auth(), ...formType, "content-length": "9000" }),
          form(...named).subarray(0, -20),
        ]),
    ],
    [
      "a form of the older clients",
      () => request("POST", "/build-push", { ...auth(), ...formType, "content-length": "9000" }),
    ],
    [
      "what nobody asked for",
      () =>
        request("POST", "/healthz", {
          "content-type": "application/json",
          "content-length": "9000",
        }),
    ],
  ])("over the body of %s is cut off", async (_what, head) => {
    const reply = await door.send(slowly(head()));
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    await door.isUnharmed();
  });

  it("is one of many, and the others are answered meanwhile", async () => {
    const head = request("POST", "/v1/builds", {
      ...auth(),
      ...formType,
      "content-length": "9000",
    });
    const slow = Array.from({ length: 100 }, () => door.send(slowly(head)));
    await door.isUnharmed();
    const statuses = new Set((await Promise.all(slow)).map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 408 && status !== 503)).toEqual([]);
    await door.isUnharmed();
  });
});

describe("without tokens, a browser's request", () => {
  it.each<[what: string, headers: Record<string, string>, status: number]>([
    ["from another site's page", { origin: "https://evil.example" }, 403],
    ["from another port of this machine", { origin: "http://localhost:1" }, 403],
    ["from a page of no origin", { origin: "null" }, 403],
    ["that the browser says is of another site", { "sec-fetch-site": "cross-site" }, 403],
    ["by another name of this machine", { host: "evil.example" }, 421],
    ["by a name that only begins alike", { host: "localhost.evil.example" }, 421],
    ["by an address that is not loopback", { host: "0.0.0.0" }, 421],
  ])("%s is refused", async (_what, headers, status) => {
    const all = { ...formType, ...headers };
    const reply = await open.send([request("POST", "/v1/builds", all, form(...named, file))]);
    expectProblem(reply, status, /.+: .+/);
    await open.isUnharmed();
  });
});
