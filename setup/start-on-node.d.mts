import type { ChildProcess } from "node:child_process";

/** Brings the Node modules if they do not fit the lock file, then becomes the script: same stdio, signals and exit code. */
export function startOnNode(command: readonly string[]): Promise<void>;

/**
 * Passes signals on to a child, stays until it has ended, and ends with its exit code. One that cannot be started is told with
 * where and how to mend it.
 */
export function outlive(child: ChildProcess, where: string, mend: string): void;
