/** Who holds a lock, and since when (ISO 8601). */
export interface LockHolder {
  readonly pid: number;
  readonly since: string;
}

/**
 * Does `work` while no other process on this machine does the same, one after the other. The lock is a file that names its
 * holder; it is taken over at once from a process that is gone, and after 20 s without a sign of life from any other.
 */
export function withLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait?: (holder: LockHolder) => void,
): Promise<T>;
