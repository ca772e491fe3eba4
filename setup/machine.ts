import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";

/** What the set-up may know of the machine it runs on; tests hand in one of their own. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  /** As Node names it: `x64`, `arm64`, … */
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly isRoot: boolean;
  /** Which Linux it is, as `ID` in `/etc/os-release` says, e.g. `debian`. */
  readonly distribution: string | undefined;
  /** Whether systemd runs its services. */
  readonly hasSystemd: boolean;
  /** Where the system's own Docker engine listens. */
  readonly dockerSocket: string;
  /** Folders of tools that are not on everybody's PATH. */
  readonly furtherFolders: readonly string[];
  /** Where tools are kept for every checkout of this user. */
  readonly cache: string;
  /** The root of this checkout. */
  readonly checkout: string;
  /** Asks before the system is changed. Enter means yes; without a terminal the answer is yes. */
  confirm(question: string): Promise<boolean>;
}

/** The machine this process runs on; the only place in the set-up that reads the environment. */
export function thisMachine(): Machine {
  const { platform, arch, env } = process;
  const home = homedir();
  return {
    platform,
    arch,
    env,
    home,
    isRoot: process.getuid?.() === 0,
    distribution: platform === "linux" ? distribution() : undefined,
    hasSystemd: existsSync("/run/systemd/system"),
    dockerSocket: "/var/run/docker.sock",
    furtherFolders:
      platform === "win32" ? [] : ["/usr/local/go/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"],
    cache: userCache(platform, env, home),
    checkout: join(import.meta.dirname, ".."),
    confirm: askOnTerminal,
  };
}

/** The folder in which Slipway keeps what it may make again: XDG's on Linux, `~/Library/Caches`, `%LOCALAPPDATA%`. */
export function userCache(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "slipway");
  if (platform === "darwin") return join(home, "Library", "Caches", "slipway");
  if (platform === "win32") {
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "slipway", "cache");
  }
  return join(home, ".cache", "slipway");
}

function distribution(): string | undefined {
  try {
    return /^ID="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

async function askOnTerminal(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`  ? ${question} [Y/n] `);
    return /^(y|yes|)$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
