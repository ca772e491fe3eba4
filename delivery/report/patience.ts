/** A request that did not work out, and may work later where `isPassing`. */
export class RefusedError extends Error {
  override name = "RefusedError";
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  readonly isPassing: boolean;
  /** Milliseconds after which the server wants to be asked again; undefined when it did not say. */
  readonly wait: number | undefined;

  constructor(
    message: string,
    told: { status?: number; isPassing: boolean; wait?: number | undefined; cause?: unknown },
  ) {
    super(message, { cause: told.cause });
    this.status = told.status;
    this.isPassing = told.isPassing;
    this.wait = told.wait;
  }
}

/** Waits so many milliseconds; rejects where nobody can wait so long. */
export type Wait = (milliseconds: number) => Promise<void>;

/** How often something is tried. */
const tries = 5;

/** The longest pause, in milliseconds; a server that asks for more is not waited for. */
const longest = 60_000;

/**
 * Does a piece of work again while it fails in a way that passes: after the time that the server named, else after one
 * second, then two, four and eight. What is patient itself is not to be wrapped again: the tries would multiply.
 * @throws what the last try threw.
 */
export async function patiently<T>(work: () => Promise<T>, wait: Wait): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      await pauseAfter(error, attempt, wait);
    }
  }
}

/**
 * Waits before something is tried again.
 * @param attempt how often it was tried, with 1 for the first.
 * @throws the error itself when it does not pass, or was waited for long enough.
 */
export async function pauseAfter(error: unknown, attempt: number, wait: Wait): Promise<void> {
  if (!(error instanceof RefusedError) || !error.isPassing || attempt === tries) throw error;
  const pause = error.wait ?? 1000 * 2 ** (attempt - 1);
  if (pause > longest) throw error;
  await wait(pause).catch(() => {
    throw error;
  });
}

/**
 * Bounds a piece of work, with all its requests and pauses.
 * @param limit milliseconds.
 * @param work is handed the way to wait: it refuses a pause for which there is no time left.
 * @throws RefusedError when the work has not come to its end by then.
 */
export async function within<T>(
  limit: number,
  wait: Wait,
  work: (wait: Wait) => Promise<T>,
): Promise<T> {
  let left = limit;
  const frugal: Wait = async (milliseconds) => {
    left -= milliseconds;
    if (left < 0) throw new Error("no time is left");
    await wait(milliseconds);
  };
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const words = `given up after ${limit / 1000} seconds`;
    late.reject(new RefusedError(words, { isPassing: true }));
  }, limit);
  try {
    return await Promise.race([work(frugal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Milliseconds of a `Retry-After`: seconds or a date.
 * @param now milliseconds since 1970.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = /^\d+$/.test(header.trim())
    ? Number(header) * 1000
    : Date.parse(header) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
