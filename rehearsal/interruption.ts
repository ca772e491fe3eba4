/** Thrown when the user has given up; the exit code is 130, as a shell would have it. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/** Ctrl-C and its kin: the first asks politely, the second ends this process. */
export interface Interruption {
  /** Aborted by the first; hand it to what can end by itself. */
  readonly signal: AbortSignal;
  /** The work's result, or `Interrupted` as soon as the user gives up; for work that leaves nothing behind. */
  race<T>(work: Promise<T>): Promise<T>;
}

/** Listens for Ctrl-C, for the end of the terminal and for a polite kill. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupt = (): void => {
    if (signal.aborted) process.exit(130);
    controller.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, interrupt);
  return {
    signal,
    race: (work) =>
      Promise.race([
        work,
        new Promise<never>((_, reject) => {
          const give = (): void => reject(new Interrupted("interrupted"));
          if (signal.aborted) give();
          signal.addEventListener("abort", give, { once: true });
        }),
      ]),
  };
}
