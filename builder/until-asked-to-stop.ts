/** What serves until it is closed. */
interface Closable {
  close(): Promise<void>;
}

/**
 * Opens something and closes it when this process is asked to stop, by Ctrl-C, the end of the terminal or a polite kill. Asked while it
 * still opens, the signal given to `open` says so. Asked twice, the process ends at once.
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
    await new Promise<void>((resolve) => {
      if (asked.signal.aborted) resolve();
      asked.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await opened.close();
  } catch (error) {
    if (!asked.signal.aborted) throw error;
  }
}
