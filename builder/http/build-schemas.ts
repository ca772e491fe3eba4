import { z } from "zod";
import * as order from "./order-schema.ts";
import { buildState } from "./schemas.ts";

// What clients of v1 send.

const file = (description: string) =>
  z.unknown().meta({ type: "string", format: "binary", description });

const fields = {
  image_name: order.imageName,
  image_tag: order.imageTag,
  target: order.target.optional(),
  platform: order.platform.optional(),
  callback: order.callback.optional(),
};

/** An order as a form, as it is once its files have been read. */
export const buildForm = z
  .strictObject({
    ...fields,
    args: z
      .preprocess((value) => (typeof value === "string" ? parsed(value) : value), order.args)
      .optional()
      .meta({ type: "object", additionalProperties: { type: "string" }, description: "As JSON." }),
    dockerfile: file(
      "The Dockerfile as a file; beside a context the Dockerfile's path in it, sent before it. Default: `Dockerfile`.",
    ).optional(),
    context: file("A tar or tar.gz of what to build.").optional(),
  })
  .meta({ id: "BuildForm" });

/** An order of a Dockerfile alone, as JSON. */
export const buildJson = z
  .strictObject({
    ...fields,
    args: order.args.optional(),
    dockerfile: z
      .string({ error: ({ input }) => (input === undefined ? "missing" : "must be a text") })
      .min(1, { error: "is empty" })
      .meta({ description: "The Dockerfile's text.", examples: ["FROM python:3.12-slim\n"] }),
  })
  .meta({ id: "BuildOrder" });

export const idempotencyHeaders = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: "must be 1 to 255 visible ASCII characters" })
    .optional()
    .meta({ description: "The same key with the same order gives the same build for 24 hours." }),
});

export const buildParams = z.object({
  id: z.uuid({ error: "is no id of a build; it is a UUID" }).meta({ description: "The build." }),
});

/** Of the database's integers. */
const LARGEST = 2 ** 31 - 1;

/** A whole number in a query or header: digits alone, so that nothing else passes for one. */
const whole = (least: number, most: number) =>
  z.preprocess(
    (text) => (typeof text === "string" && /^\d{1,16}$/.test(text) ? Number(text) : text),
    z
      .int({ error: "is no whole number" })
      .min(least, { error: `is less than ${least}` })
      .max(most, { error: `is more than ${most}` }),
  );

export const listQuery = z.strictObject({
  state: buildState.optional(),
  limit: whole(1, 100).default(50),
  cursor: z
    .string()
    .regex(/^[1-9a-z][0-9a-z]{0,8}$/, { error: "is none of a list; take it from next" })
    .optional(),
});

export const logQuery = z.strictObject({ attempt: whole(1, 1_000_000).optional() });

export const eventsHeaders = z.object({
  "last-event-id": whole(0, LARGEST)
    .optional()
    .meta({ description: "The id of the last line that is known already." }),
});

/** Written so that nobody takes it for a page's number. */
export function cursorOf(number: number): string {
  return number.toString(36);
}

/** The number that a cursor stands for; one beyond all numbers begins with the newest. */
export function numberIn(cursor: string): number {
  return Math.min(Number.parseInt(cursor, 36), LARGEST);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
