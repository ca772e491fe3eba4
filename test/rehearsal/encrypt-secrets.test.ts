import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { encryptSecrets, passphrase } from "../../rehearsal/encrypt-secrets.ts";

/** Reads a secure value as Pulumi does. */
function decrypted(secure: string, encryptionsalt: string): string {
  const salt = Buffer.from(encryptionsalt.split(":")[1] ?? "", "base64");
  const key = pbkdf2Sync(passphrase, salt, 1_000_000, 32, "sha256");
  const [version, nonce = "", sealed = ""] = secure.split(":");
  expect(version).toBe("v1");
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-16));
  return decipher.update(bytes.subarray(0, -16), undefined, "utf8") + decipher.final("utf8");
}

test("the texts of slipway:secrets become secure under a salt that Pulumi can check", async () => {
  const text = 'é"\\';
  const before = { "slipway:allowDirty": true, "slipway:secrets": { token: text, empty: "" } };
  const { config, encryptionsalt = "" } = await encryptSecrets(before, undefined);
  const secure = expect.stringMatching(/^v1:[^:]+:[^:]+$/);
  expect(config).toStrictEqual({
    "slipway:allowDirty": true,
    "slipway:secrets": { token: { secure }, empty: { secure } },
  });
  const { token, empty } = config["slipway:secrets"] as Record<string, { secure: string }>;
  expect([token, empty].map((each) => decrypted(each?.secure ?? "", encryptionsalt))).toStrictEqual(
    [text, ""],
  );
  expect(decrypted(encryptionsalt.split(":").slice(2).join(":"), encryptionsalt)).toBe("pulumi");
});

test("a salt that is there stays", async () => {
  const first = await encryptSecrets({ "slipway:secrets": { token: "a" } }, undefined);
  const second = await encryptSecrets({ "slipway:secrets": { token: "b" } }, first.encryptionsalt);
  expect(second.encryptionsalt).toBe(first.encryptionsalt);
  const { token } = second.config["slipway:secrets"] as { token: { secure: string } };
  expect(decrypted(token.secure, second.encryptionsalt ?? "")).toBe("b");
});

test.for([
  { what: "no secrets", config: { "slipway:allowDirty": true } },
  { what: "a text in place of the map", config: { "slipway:secrets": "text" } },
  { what: "a number in the map", config: { "slipway:secrets": { token: 1 } } },
  {
    what: "a value that is secure already",
    config: { "slipway:secrets": { token: { secure: "v1:a:b" } } },
  },
])("$what stays as it is", async ({ config }) => {
  expect((await encryptSecrets(config, "v1:AAAAAAAAAAA=:v1:a:b")).config).toStrictEqual(config);
});
