import { RuleError } from "../../rule-error.ts";

/** A revision that could not be brought up. */
export class RevisionFailure extends RuleError {
  override name = "RevisionFailure";
  /** Of the operation that failed: 5 where the image is missing, else 9. */
  readonly code: 5 | 9;

  constructor(code: 5 | 9, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
