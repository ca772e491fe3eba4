import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import type { Call } from "../provider.ts";
import { RuleError } from "../rule-error.ts";

// Waiting for a container that should become healthy.

/** The real provider asks once a second. */
const EVERY_MS = 1000;

/** Waits until the container is healthy; throws when it has no health check, or is not healthy within `seconds`. */
export async function waitUntilHealthy(
  container: Docker.Container,
  seconds: number,
  call: Call,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const { State } = await container.inspect();
    const health = (State as { Health?: { Status: string } }).Health;
    if (!health)
      throw new RuleError(
        "wait: the container has no health check; give it one, or the image, or leave wait out",
      );
    if (health.Status === "healthy") return;
    if (performance.now() >= deadline) {
      throw new RuleError(
        `wait: the container did not reach a healthy state: failed to be in healthy state within ${seconds} seconds (it is ${health.Status})`,
      );
    }
    call.log.progress(`waiting until it is healthy (${health.Status})`);
    await delay(EVERY_MS, undefined, { signal: call.signal });
  }
}
