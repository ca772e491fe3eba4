import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Machine, thisMachine } from "../../setup/machine.ts";

/** A machine with a home, a cache and a PATH of its own that holds only the commands a test writes. */
export interface FakeMachine extends Machine {
  readonly folder: string;
  /** Writes a shell script as a command on PATH. It sees the machine's folder as `$FOLDER` and may use the system's tools. */
  command(name: string, script: string): string;
}

/** Makes a fake machine in a temporary folder that goes with the test. */
export function fakeMachine(overrides: Partial<Machine> = {}): FakeMachine {
  const folder = temporaryFolder();
  const bin = join(folder, "bin");
  mkdirSync(bin);
  return {
    ...thisMachine(),
    platform: "linux",
    arch: "x64",
    env: { PATH: bin, FOLDER: folder },
    home: join(folder, "home"),
    cache: join(folder, "cache"),
    isRoot: false,
    distribution: "fedora",
    dockerSocket: join(folder, "docker.sock"),
    hasSystemd: false,
    furtherFolders: [],
    confirm: async () => true,
    ...overrides,
    folder,
    command(name, script) {
      const file = join(bin, name);
      writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin:$PATH\n${script}\n`);
      chmodSync(file, 0o755);
      return file;
    },
  };
}

/** A folder that is taken away when the test has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-setup-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A signal that never fires, and a listener that nobody hears: what most steps are given. */
export const calm = new AbortController().signal;
export const silent = (): void => {};
