import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepCertificates } from "../../builder/engine-certificates.ts";
import { UserError } from "../../setup/user-error.ts";
import { makeCertificates } from "./certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-engine-certificates-"));
afterAll(() => rmSync(folder, { recursive: true }));

let texts: Record<"DOCKER_CA_PEM" | "DOCKER_CERT_PEM" | "DOCKER_KEY_PEM", string>;
let otherKey: string;
beforeAll(() => {
  const { ca, client, server } = makeCertificates("127.0.0.1");
  texts = { DOCKER_CA_PEM: ca, DOCKER_CERT_PEM: client.cert, DOCKER_KEY_PEM: client.key };
  otherKey = server.key;
});

test("certificates in variables become files that nobody else may read, and the variables go", () => {
  const env = { PORT: "8000", DOCKER_HOST: "tcp://builders.example.com:2376", ...texts };
  const { DOCKER_CERT_PATH = "", ...rest } = keepCertificates(env, folder);
  expect(rest).toEqual({
    PORT: "8000",
    DOCKER_HOST: "tcp://builders.example.com:2376",
    DOCKER_TLS_VERIFY: "1",
  });
  expect(statSync(DOCKER_CERT_PATH).mode & 0o777).toBe(0o700);
  const kept = readdirSync(DOCKER_CERT_PATH).map((name) => {
    const file = join(DOCKER_CERT_PATH, name);
    return [name, statSync(file).mode & 0o777, readFileSync(file, "utf8")];
  });
  expect(kept).toEqual([
    ["ca.pem", 0o400, texts.DOCKER_CA_PEM],
    ["cert.pem", 0o400, texts.DOCKER_CERT_PEM],
    ["key.pem", 0o400, texts.DOCKER_KEY_PEM],
  ]);
});

describe("without certificates", () => {
  test.each([
    {},
    { DOCKER_HOST: "" },
    { DOCKER_HOST: "unix:///var/run/docker.sock" },
    { DOCKER_HOST: "ssh://builders.example.com" },
    { DOCKER_HOST: "tcp://127.0.0.1:2375" },
    { DOCKER_HOST: "tcp://[::1]:2375" },
    { DOCKER_HOST: "tcp://builders:2376", DOCKER_CERT_PATH: "/certs", DOCKER_TLS_VERIFY: "1" },
  ])("%o is taken as it is", (env) => {
    expect(keepCertificates(env, folder)).toEqual(env);
  });

  test.each([
    ["tcp://builders.example.com:2375", {}],
    ["http://builders.example.com", {}],
    ["tcp://127.0.0.1.example.com:2375", {}],
    ["tcp://builders.example.com:2376", { DOCKER_CERT_PATH: "/certs" }],
  ])("%s is refused, because it hands the engine to whoever reaches it", (DOCKER_HOST, more) => {
    expect(() => keepCertificates({ DOCKER_HOST, ...more }, folder)).toThrow(
      new UserError(
        `DOCKER_HOST: ${DOCKER_HOST.replace(/:\d+$/, "")} without certificates hands the engine's machine to whoever reaches it; let the engine ask for them (dockerd --tlsverify) and set DOCKER_CA_PEM, DOCKER_CERT_PEM, DOCKER_KEY_PEM`,
      ),
    );
  });
});

describe("certificates of no use are refused without quoting them:", () => {
  const all =
    "set DOCKER_CA_PEM, DOCKER_CERT_PEM, DOCKER_KEY_PEM to the texts of ca.pem, cert.pem, key.pem";
  test.each([
    [
      "a key alone",
      () => ({ DOCKER_CA_PEM: "", DOCKER_CERT_PEM: "" }),
      [
        `DOCKER_CA_PEM: required with the others; ${all}`,
        `DOCKER_CERT_PEM: required with the others; ${all}`,
      ],
    ],
    [
      "other texts",
      () => ({ DOCKER_CA_PEM: "a", DOCKER_CERT_PEM: "b", DOCKER_KEY_PEM: "c" }),
      [
        `DOCKER_CA_PEM: is no certificate; ${all}`,
        `DOCKER_CERT_PEM: is no certificate; ${all}`,
        `DOCKER_KEY_PEM: is no private key; ${all}`,
      ],
    ],
    [
      "another's key",
      () => ({ DOCKER_KEY_PEM: otherKey }),
      [`DOCKER_KEY_PEM: is not the key of DOCKER_CERT_PEM; ${all}`],
    ],
    [
      "a folder as well",
      () => ({ DOCKER_CERT_PATH: "/certs" }),
      ["DOCKER_CERT_PATH: stands beside DOCKER_KEY_PEM; take one away"],
    ],
  ])("%s", (_what, change, problems) => {
    expect(() => keepCertificates({ ...texts, ...change() }, folder)).toThrow(
      new UserError(problems.join("\n")),
    );
  });
});
