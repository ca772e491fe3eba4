import { createHash } from "node:crypto";
import type Docker from "dockerode";
import type { Cloud } from "../../cloud/cloud.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";

// What the types of one configuration of the gcp stand-in share.

export interface GoogleSession {
  readonly cloud: Cloud;
  /** Host and port of this machine's registry, which keeps the images of the outside. */
  readonly registry: string;
  /** The provider's project and region; undefined where the configuration has none. */
  readonly project: string | undefined;
  readonly region: string | undefined;
  readonly defaultLabels: Readonly<Record<string, string>>;
  /** Whether the organisation lets only its own members be granted anything. */
  readonly domainRestrictedSharing: boolean;
  /** The engine that runs the services; connected when it is first asked for. */
  engine(): Promise<Docker>;
}

/** The project of a planned resource. */
export function projectOf(planned: Properties): string {
  if (planned.project) return String(planned.project);
  throw new RuleError("project: required field is not set; set project on the gcp provider");
}

/** The region or location of a planned resource, or the provider's. */
export function locationOf(session: GoogleSession, planned: Properties): string {
  const location = planned.location ?? session.region;
  if (location) return String(location);
  throw new RuleError("location: required field is not set; set it, or region on the gcp provider");
}

/** A project's number, twelve digits that Google chooses: here the same for the same project. */
export function projectNumber(project: string): string {
  return String(100_000_000_000n + (hashNumber(project) % 900_000_000_000n));
}

/** Letters and digits that stay the same for the same text, as in the host names of Cloud Run. */
export function stableLetters(text: string, length: number): string {
  return hashNumber(text).toString(36).slice(-length);
}

/** `projects/P/…` with the project by its id, also where it was written by its number. */
export function byProjectId(path: string, project: string): string {
  const number = `projects/${projectNumber(project)}/`;
  return path.startsWith(number) ? `projects/${project}/${path.slice(number.length)}` : path;
}

function hashNumber(text: string): bigint {
  return BigInt(`0x${createHash("sha256").update(text).digest("hex")}`);
}
