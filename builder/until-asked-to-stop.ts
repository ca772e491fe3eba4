/** What serves until it is closed. */
interface Closable {
  /** Aborted when it cannot go on. */
  readonly lost: AbortSignal | undefined;
  close(): Promise<void>;
}

/**
 * Opens something and closes it when this process is asked to stop, by Ctrl-C, the end of the terminal or a polite kill. Asked while it
 * still opens, the signal given to `open` says so. Asked twice, the process ends at once.
 * @throws the reason when it cannot go on, once it is closed.
 */
export async function untilAskedToStop(
  open: (signal: AbortSignal) => Promise<Closable>,
): Promise<void> {
  const asked = new AbortController();
  const ask = (): void => {
    if (asked.signal.aborted) process.exit(130);
    asked.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, ask);
  try {
    const opened = await open(asked.signal);
    const { lost } = opened;
    await oneOf(lost ? [asked.signal, lost] : [asked.signal]);
    await opened.close();
    lost?.throwIfAborted();
  } catch (error) {
    if (!asked.signal.aborted) throw error;
    // What could not be closed must not hold this process back.
    process.exit(1);
  }
}

function oneOf(signals: readonly AbortSignal[]): Promise<void> {
  const ended = AbortSignal.any([...signals]);
  return new Promise((resolve) => {
    if (ended.aborted) resolve();
    ended.addEventListener("abort", () => resolve(), { once: true });
  });
}
