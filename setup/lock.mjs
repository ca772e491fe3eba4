import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

// Plain JavaScript, because the bootstrap runs it on a Node that may not strip types.

const BEAT = 2_000;
const SILENCE = 20_000;

/**
 * Does `work` while no other process on this machine does the same, one after the other. The lock is a file that names its
 * holder; it is taken over at once from a process that is gone, and after 20 s without a sign of life from any other.
 */
export async function withLock(path, work, onWait = () => {}) {
  const mine = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  let seen = "";
  let seenAt = 0;
  while (!take(path, mine)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    const sign = `${holder.pid} ${holder.beat}`;
    if (sign !== seen) {
      seen = sign;
      // Both times are this machine's own; a lock that outlived its machine's last boot is old at first sight.
      seenAt = performance.now() - Math.max(0, Date.now() - holder.beat);
    }
    if (!isAlive(holder.pid) || performance.now() - seenAt > SILENCE) {
      takeAway(path, mine, holder);
      continue;
    }
    if (!told) {
      told = true;
      onWait(holder);
    }
    await pause(100);
  }
  const beating = setInterval(() => beat(path), BEAT);
  try {
    return await work();
  } finally {
    clearInterval(beating);
    rmSync(path, { force: true });
  }
}

/** A link is made whole or not at all, so that nobody ever reads a lock without its holder. */
function take(path, mine) {
  writeFileSync(mine, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function readHolder(path) {
  try {
    const beat = statSync(path).mtimeMs;
    return { ...JSON.parse(readFileSync(path, "utf8")), beat };
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    if (error instanceof SyntaxError) return { pid: 0, since: "an unknown time", beat: 0 };
    throw error;
  }
}

function isAlive(pid) {
  if (pid === process.pid) return true;
  try {
    if (pid > 0) process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Moves a dead holder's lock away; what another process made of it in the meantime is put back. */
function takeAway(path, mine, holder) {
  const moved = `${mine}.stale`;
  try {
    renameSync(path, moved);
    if (readHolder(moved)?.pid !== holder.pid) linkSync(moved, path);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    rmSync(moved, { force: true });
  }
}

function beat(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}
