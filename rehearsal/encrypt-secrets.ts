import { createCipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

/** What the states on this machine are encrypted with: they lie beside it, so that another would protect nothing more. */
export const passphrase = "";

/** A configuration without secrets in clear. */
export interface Encrypted {
  readonly config: Readonly<Record<string, unknown>>;
  /** What the key is derived from, as `encryptionsalt` in the stack file. */
  readonly encryptionsalt: string | undefined;
}

/**
 * Turns the texts of `slipway:secrets` into secure values, as `pulumi config set --secret` writes them: what stands in clear
 * would be in Pulumi's history of updates, in its events and in the JSON of a preview.
 * @param encryptionsalt the stack's own; without one, and with secrets, there will be a new one.
 */
export async function encryptSecrets(
  config: Readonly<Record<string, unknown>>,
  encryptionsalt: string | undefined,
): Promise<Encrypted> {
  const secrets = config["slipway:secrets"];
  // Whatever else stands there is for the program to refuse.
  if (typeof secrets !== "object" || secrets === null || Array.isArray(secrets)) {
    return { config, encryptionsalt };
  }
  const salt = encryptionsalt?.split(":")[1] ?? randomBytes(8).toString("base64");
  const key = await keyOf(salt);
  const secure = Object.entries(secrets).map(([name, value]) => [
    name,
    typeof value === "string" ? { secure: encrypt(value, key) } : value,
  ]);
  return {
    config: { ...config, "slipway:secrets": Object.fromEntries(secure) },
    // By the word behind it Pulumi finds out whether a passphrase is right.
    encryptionsalt: encryptionsalt ?? `v1:${salt}:${encrypt("pulumi", key)}`,
  };
}

/** As Pulumi does: sdk/go/common/resource/config/crypt.go of its repository. */
function keyOf(salt: string): Promise<Buffer> {
  return promisify(pbkdf2)(passphrase, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
}

function encrypt(text: string, key: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const encrypted = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  const sealed = Buffer.concat([encrypted, cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}
