import type { FastifyRequest } from "fastify";
import type { FormShape } from "./form.ts";
import { Problem } from "./problem.ts";

// What may be wrong with a form as such.

/** Fields and files of one form, known or not. */
export const MOST_PARTS = 24;

/** For a body of another type, or none. */
export function notMultipart({ headers }: FastifyRequest): Problem {
  const isTyped = headers["content-type"] !== undefined;
  return isTyped
    ? new Problem(415, "body: is of another type; send multipart/form-data, with curl by -F")
    : new Problem(400, "body: missing; send multipart/form-data, with curl by -F");
}

/** For a field, a file or the whole body. @param limit in bytes. */
export function tooLarge(field: string, limit?: number): Problem {
  const detail = limit === undefined ? "is too large" : `is larger than ${limit} bytes`;
  return new Problem(413, `${field}: ${detail}; send less`, { fields: [{ field, detail }] });
}

/** For what the parser says of a form that it cannot read; what is told already stays as it is. */
export function brokenForm(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  const { statusCode, message } = cause as { statusCode?: number; message: string };
  if (statusCode === 413) {
    return new Problem(413, `body: has more than ${MOST_PARTS} parts; send fewer`, { cause });
  }
  const said = JSON.stringify(message).slice(0, 120);
  return new Problem(400, `body: is no complete multipart/form-data (${said}); send it again`, {
    cause,
  });
}

/** For a field that a strict form does not have. */
export function misplaced(shape: FormShape): string {
  const fields = [...new Set([...shape.texts, ...Object.keys(shape.files)])];
  return `is unknown; use ${fields.join(", ")}`;
}

/** A name as it may be repeated in an answer: short, and without what a terminal would obey. */
export function shown(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "?").slice(0, 40);
}
