import type { Container } from "dockerode";
import { startInContainer } from "./exec.ts";

/**
 * Waits until its input ends, which it does once this process has ended in whatever way, and then ends the container's first process,
 * BuildKit: the first signal asks it to finish what it does, the third one does not.
 */
const WAIT = "cat >/dev/null; for time in 1 2 3 4 5 6 7 8; do kill 1; sleep 0.2; done";

/** Lets a container last no longer than this process, whose limits and lease are its build's. */
export async function leash(container: Container): Promise<void> {
  const { output } = await startInContainer(container, ["sh", "-c", WAIT]);
  // It ends with the container, which is heard of by itself.
  output.on("error", () => {}).resume();
}
