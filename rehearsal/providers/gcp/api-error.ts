import { RuleError } from "../rule-error.ts";
import type { GoogleSession } from "./session.ts";

// What Google's APIs answer when they refuse.

/** A refusal with its HTTP status, as Google's client libraries word it. */
export function apiError(status: number, message: string): RuleError {
  return new RuleError(`googleapi: Error ${status}: ${message}`);
}

/** The id is taken. */
export function alreadyExists(id: string): RuleError {
  return apiError(409, `${id}: already exists`);
}

/** The cloud's records of the APIs that are switched on, by `PROJECT/NAME.googleapis.com`. */
export const API = "gcp/api";

/** On in every project from its beginning; the first of them is what switches the others on. */
const everywhere = [
  "serviceusage.googleapis.com",
  "logging.googleapis.com",
  "monitoring.googleapis.com",
];

/** Refuses what belongs to an API that nobody has switched on in the project. */
export function requireApi({ cloud }: GoogleSession, project: string, api: string): void {
  if (everywhere.includes(api) || cloud.get(API, `${project}/${api}`) !== undefined) return;
  throw apiError(
    403,
    `${api} has not been used in project ${project} before or it is disabled (SERVICE_DISABLED); enable it with gcp.projects.Service and let this wait for it`,
  );
}
