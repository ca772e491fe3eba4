import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a folder that only this user may enter and that is gone when this process ends, by a signal too. */
export function privateFolder(): string {
  if (folders.length === 0) listen();
  // Made for this user alone (0700), as POSIX has it for mkdtemp.
  const folder = mkdtempSync(join(tmpdir(), "slipway-identity-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function listen(): void {
  process.once("exit", remove);
  for (const signal of signals) process.on(signal, end);
}

function end(signal: NodeJS.Signals): void {
  // Whoever else listens decides how this process ends, and that is heard as its exit.
  if (process.listenerCount(signal) > 1) return;
  remove();
  process.off(signal, end);
  process.kill(process.pid, signal);
}

function remove(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
