import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a client and a server of an engine need to trust each other, as the texts of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly server: Pair;
  readonly client: Pair;
}

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Makes an authority, and what it signs for a server at an IP address and for a client; good for a day. */
export function makeCertificates(address: string): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "slipway-certificates-"));
  const file = (name: string): string => join(folder, name);
  const text = (name: string): string => readFileSync(file(name), "utf8");
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
  const pair = (name: string, extensions: string): Pair => {
    const [key, request, cert] = [`${name}.key`, `${name}.csr`, `${name}.pem`];
    openssl("req", "-new", ...newKey, "-keyout", key, "-out", request, "-subj", `/CN=${name}`);
    writeFileSync(file("extensions"), extensions);
    const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    const signed = ["-days", "1", "-extfile", "extensions", "-out", cert];
    openssl("x509", "-req", "-in", request, ...authority, ...signed);
    return { cert: text(cert), key: text(key) };
  };
  try {
    const self = ["-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1"];
    openssl("req", ...self, "-subj", "/CN=authority");
    return {
      ca: text("ca.pem"),
      server: pair("server", `subjectAltName=IP:${address}\nextendedKeyUsage=serverAuth\n`),
      client: pair("client", "extendedKeyUsage=clientAuth\n"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
