import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Input, Output } from "@pulumi/pulumi";
import { onTestFinished, vi } from "vitest";
import type { Registry, RegistryAccess } from "../../../infra/registries/registry.ts";
import { settled } from "../mock-engine.ts";

/** Nothing to log in with. */
export const noAccess: RegistryAccess = {
  logins: { dockerHub: undefined, googleKey: undefined },
  secret: () => "",
};

/** A login as one logs in with it: `username:password`. */
export async function shown(login: Partial<Registry["lastingLogin"]>): Promise<string> {
  return `${login?.username}:${await settled(login?.password as Output<string>)}`;
}

/** Whether the engine is told to keep a value secret. */
export function isSecret(value: Input<string> | undefined): Promise<boolean> {
  return (value as unknown as { isSecret: Promise<boolean> }).isSecret;
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-logins-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A folder with Docker's configuration. */
export function dockerConfig(config: unknown): string {
  const folder = temporaryFolder();
  const text = typeof config === "string" ? config : JSON.stringify(config);
  writeFileSync(join(folder, "config.json"), text);
  return folder;
}

/** What Docker writes of a login into its configuration. */
export function written(username: string, password: string): { auth: string } {
  return { auth: Buffer.from(`${username}:${password}`).toString("base64") };
}

/** Puts a credential helper called `docker-credential-NAME` on the PATH for one test; `$server` is what it is asked for. */
export function credentialHelper(name: string, script: string): void {
  const folder = temporaryFolder();
  const file = join(folder, `docker-credential-${name}`);
  writeFileSync(file, `#!/bin/sh\nread server || true\n${script}\n`);
  chmodSync(file, 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
}
