import { RunError } from "@pulumi/pulumi/errors.js";

/** What kept a registry from answering, by the error that tells of it. */
const silences = new WeakMap<object, string>();

/** Node.js's code of what kept a registry from answering, where an error tells of that; it may be empty. */
export function silenceOf(error: unknown): string | undefined {
  return error instanceof Error ? silences.get(error) : undefined;
}

/** Words what a registry does wrong, or refuses, as "where: what; how to mend it". */
export class RegistryFaults {
  readonly #origin: string;
  readonly #advice: string;
  readonly #refusals: Readonly<Record<number, string>>;

  /**
   * @param advice how to mend what has no better advice.
   * @param refusals by status: what is wrong and how to mend it.
   */
  constructor(origin: string, advice: string, refusals: Readonly<Record<number, string>> = {}) {
    this.#origin = origin;
    this.#advice = advice;
    this.#refusals = refusals;
  }

  /** The error for an answer of no use. */
  refused(status: number, asked: string): RunError {
    const own = this.#refusals[status];
    if (own !== undefined) return new RunError(`registry ${this.#origin}: ${own}`);
    return this.faulty(`answered ${status} when asked to ${asked}`);
  }

  /** The error for no answer at all, or half of one; `host` is said where another one was asked. */
  silent(error: NodeJS.ErrnoException, milliseconds = 10_000, host = ""): RunError {
    // A refused connection to a name with two addresses is an AggregateError without a message of its own.
    const reason =
      error.code === "ABORT_ERR"
        ? `no answer within ${milliseconds / 1_000} s`
        : error.message || error.code || "connection failed";
    const fault = this.faulty(
      `${host && `${host}, where it sends for tokens, `}does not answer (${reason})`,
    );
    silences.set(fault, error.code ?? "");
    return fault;
  }

  /** The error for anything else that a registry should not do. */
  faulty(what: string, mend = this.#advice): RunError {
    return new RunError(`registry ${this.#origin}: ${what}; ${mend}`);
  }
}
