import { STATUS_CODES } from "node:http";

/** One field that is wrong, in the words of the API: `args.NAME`. */
export interface WrongField {
  readonly field: string;
  readonly detail: string;
}

/** A request that is answered with an error: the message says what is wrong and how to mend it. */
export class Problem extends Error {
  override name = "Problem";
  /** The status of the answer, 400 to 599. */
  readonly status: number;
  readonly fields: readonly WrongField[];
  /** Headers of the answer, such as `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    more: {
      readonly fields?: readonly WrongField[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.status = status;
    this.fields = more.fields ?? [];
    this.headers = more.headers ?? {};
  }
}

/**
 * Fields that are wrong, as one problem; the message names them all.
 * @param status 400 for what has not the form that is described, 422 for what has it and is refused.
 */
export function wrongFields(fields: readonly WrongField[], status: 400 | 422 = 400): Problem {
  const detail = fields.map(({ field, detail }) => `${field}: ${detail}`).join("; ");
  return new Problem(status, detail, { fields });
}

/** The body of an error by RFC 9457. */
export function problemBody({ status, message, fields }: Problem, requestId?: string) {
  return {
    type: "about:blank",
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail: message,
    ...(fields.length > 0 && { errors: fields.map((each) => ({ ...each })) }),
    ...(requestId && { request_id: requestId }),
  };
}
