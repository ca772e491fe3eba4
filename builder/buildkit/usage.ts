import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Container } from "dockerode";
import { CGROUP } from "./cgroup.ts";
import { askContainer, startInContainer } from "./exec.ts";

/** What a builder uses at a moment. */
export interface Usage {
  /** Processes and threads of the build's commands. */
  readonly pids: number;
  /** Bytes that all of BuildKit's files take. */
  readonly disk: number;
}

/** Where each version of cgroups tells it. */
const V1 = { pids: `/sys/fs/cgroup/pids/${CGROUP}`, memory: `/sys/fs/cgroup/memory/${CGROUP}` };
const V2 = `/sys/fs/cgroup/${CGROUP}`;

/** Says how many kibibytes BuildKit's files take, not those that are mounted a second time. */
const DISK = "du -xsk /var/lib/buildkit 2>/dev/null | cut -f1";

/**
 * Says pids and kibibytes every second until its input ends; measuring the disk gets about a fifth of the time, however many files
 * there are. It waits for its own children: BuildKit, which is the container's first process, would keep them as dead ones.
 */
const WATCH = `
stop=$(mktemp)
while [ -e $stop ]; do
  pids=$(cat ${V2}/pids.current 2>/dev/null || cat ${V1.pids}/pids.current)
  if [ \${left:-0} -le 0 ]; then
    began=$(date +%s)
    disk=$(${DISK})
    left=$(( ($(date +%s) - began) * 5 ))
  fi
  echo $pids $disk
  left=$((left - 1))
  sleep 1
done &
cat > /dev/null
rm $stop
wait`;

/** Version 2 counts kills; version 1 only says how much there was at most, of which a file's cache may be a part. */
const MEMORY = `
if [ -e ${V2}/memory.events ]; then grep -q "oom_kill [1-9]" ${V2}/memory.events && echo reached
else
  limit=$(cat ${V1.memory}/memory.limit_in_bytes)
  [ $(cat ${V1.memory}/memory.max_usage_in_bytes) -ge $((limit / 100 * 99)) ] && echo reached
fi; true`;

/** Bytes that all of BuildKit's files take. */
export async function diskOf(container: Container): Promise<number> {
  return Number(await askContainer(container, ["sh", "-c", DISK])) * 1024;
}

/** Whether the commands of a build have been at their limit of memory since the builder was made; false also where it has ended. */
export async function hasReachedMemory(container: Container): Promise<boolean> {
  const said = await askContainer(container, ["sh", "-c", MEMORY]).catch(() => undefined);
  return said?.trim() === "reached";
}

/** Follows what a builder uses, until the signal fires or its container has ended. */
export async function watchUsage(
  container: Container,
  hear: (usage: Usage) => void,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const running = await startInContainer(container, ["sh", "-c", WATCH]);
  signal.addEventListener("abort", running.close, { once: true });
  if (signal.aborted) running.close();
  await tell(running.output, hear);
}

async function tell(output: Readable, hear: (usage: Usage) => void): Promise<void> {
  for await (const line of createInterface({ input: output })) {
    const [pids = 0, disk = 0] = line.split(" ").map(Number);
    hear({ pids, disk: disk * 1024 });
  }
}
