import { readFileSync } from "node:fs";
import type { Client } from "../settings.ts";
import type { Environment } from "./environment.ts";

/** Who may build, and what is wrong with how that was said. */
export interface ReadClients {
  readonly clients: readonly Client[];
  readonly problems: readonly string[];
}

const LINE =
  /^(?<name>[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?)\s+(?<hash>[0-9a-fA-F]{64})(?:\s+(?<admin>admin))?$/;

const FORM =
  'write NAME SHA256, or NAME SHA256 admin, as "npm run builder -- token NAME" prints it; names are lower-case letters, digits and - . _';

/**
 * Reads BUILDER_TOKENS_FILE, one client a line with comments after #, and BUILDER_TOKENS, the same with commas between them.
 * A line that is wrong is told by its number alone: it may hold a token in clear.
 */
export function readClients(env: Environment): ReadClients {
  const problems: string[] = [];
  const clients = new Map<string, Client>();
  for (const { where, text } of entries(env, problems)) {
    const { name, hash, admin } = LINE.exec(text)?.groups ?? {};
    if (!name || !hash) problems.push(`${where}: names no client and hash; ${FORM}`);
    else if (name === "anybody") {
      problems.push(`${where}: "anybody" is who orders without tokens; use another name`);
    } else if (clients.has(name)) {
      problems.push(`${where}: "${name}" is there twice; take one out`);
    } else {
      clients.set(name, { name, tokenHash: hash.toLowerCase(), isAdmin: admin !== undefined });
    }
  }
  return { clients: [...clients.values()], problems };
}

function entries(env: Environment, problems: string[]): { where: string; text: string }[] {
  const listed = (env.BUILDER_TOKENS ?? "")
    .split(",")
    .map((text, index) => ({ where: `BUILDER_TOKENS, entry ${index + 1}`, text: text.trim() }));
  const lines = readLines(env.BUILDER_TOKENS_FILE, problems).map((text, index) => ({
    where: `BUILDER_TOKENS_FILE, line ${index + 1}`,
    text: text.replace(/#.*$/, "").trim(),
  }));
  const found = [...lines, ...listed].filter(({ text }) => text !== "");
  const asked = env.BUILDER_TOKENS_FILE ? "BUILDER_TOKENS_FILE" : "BUILDER_TOKENS";
  if (found.length === 0 && env[asked] && problems.length === 0) {
    problems.push(`${asked}: names nobody; ${FORM}`);
  }
  return found;
}

function readLines(file: string | undefined, problems: string[]): string[] {
  if (!file) return [];
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch (error) {
    const { code = "it is no file" } = error as NodeJS.ErrnoException;
    problems.push(
      `BUILDER_TOKENS_FILE: ${file} cannot be read (${code}); name a file of lines NAME SHA256`,
    );
    return [];
  }
}
