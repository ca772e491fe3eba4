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

/** Waits so many milliseconds. */
export type Wait = (milliseconds: number) => Promise<void>;

/** How often something is tried. */
const tries = 5;

/** The longest pause, in milliseconds; a server that asks for more is not waited for. */
const longest = 60_000;

/**
 * Does a piece of work again while it fails in a way that passes: after the time that the server named, else after one
 * second, then two, four and eight.
 * @throws what the last try threw.
 */
export async function patiently<T>(work: () => Promise<T>, wait: Wait): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RefusedError) || !error.isPassing || attempt === tries) throw error;
      const pause = error.wait ?? 1000 * 2 ** (attempt - 1);
      if (pause > longest) throw error;
      await wait(pause);
    }
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
