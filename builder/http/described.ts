import type { z } from "zod";
import { legacyError } from "./legacy-schemas.ts";
import { problem } from "./schemas.ts";

// How routes say what they answer: a sentence, a media type and a schema for each status.

const SAID = {
  400: "Something that was sent is wrong.",
  401: "There is no valid token.",
  403: "A page of another site has asked.",
  404: "There is no such build, or it is another client's.",
  409: "The build is in another state.",
  413: "Too much was sent.",
  415: "The body's type is none that is read here.",
  421: "The Host is not this builder's.",
  422: "The context or the Dockerfile is refused, or the key came with another order.",
  429: "Too many orders, builds or streams of this client.",
  500: "A fault of the builder.",
  503: "The database does not answer, or too much is coming in at once.",
} as const;

type Status = keyof typeof SAID;

/** What any route may answer that asks for a client and the database. */
const USUAL: readonly Status[] = [400, 401, 403, 421, 500, 503];

/** One answer of a route. */
export function answer<S extends z.ZodType>(
  description: string,
  schema: S,
  type = "application/json",
) {
  return { description, content: { [type]: { schema } } };
}

/** The errors of a v1 route: the usual ones and these. */
export function problems(...more: readonly Status[]) {
  return errors([...USUAL, ...more], problem, "application/problem+json");
}

/** The errors of a route that is open to all. */
export function openProblems(...statuses: readonly Status[]) {
  return errors([400, 421, ...statuses], problem, "application/problem+json");
}

/** The errors of a route of the older clients. */
export function legacyErrors(...more: readonly Status[]) {
  return errors([...USUAL, ...more], legacyError, "application/json");
}

function errors(statuses: readonly Status[], schema: z.ZodType, type: string) {
  return Object.fromEntries(statuses.map((status) => [status, answer(SAID[status], schema, type)]));
}
