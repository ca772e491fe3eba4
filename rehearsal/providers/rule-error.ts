import type { Properties } from "./values.ts";

// The refusals of a stand-in, as opposed to its bugs.

/** What the real provider or platform would refuse too: shown to the user as its message alone. */
export class RuleError extends Error {
  override name = "RuleError";
}

/** The resource exists but did not come up: the engine keeps its state and shows the reasons. */
export class InitError extends RuleError {
  override name = "InitError";
  readonly id: string;
  readonly state: Properties;

  constructor(id: string, state: Properties, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.id = id;
    this.state = state;
  }
}
