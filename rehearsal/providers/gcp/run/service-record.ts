import type { Cloud } from "../../../cloud/cloud.ts";
import type { Properties } from "../../values.ts";

// What Cloud Run remembers of a service.

/** The kind of the cloud's records; their ids are `projects/P/locations/L/services/N`. */
export const SERVICE = "gcp/run-service";

/** A service with its revisions. */
export interface ServiceRecord {
  /** What the program wanted last, with what the platform fills in for what it left out. */
  spec: Properties;
  readonly uid: string;
  /** The host in its `uri`, and the one with the project's number. */
  readonly hosts: readonly [string, string];
  readonly createTime: string;
  updateTime: string;
  generation: number;
  /** The generation that is served. */
  observedGeneration: number;
  /** The name of the revision that was made last. */
  created: string;
  /** What is wrong with it; absent when nothing is. */
  failure?: string;
  /** The process that brings up the newest revision, as long as it is at it. */
  maker?: number;
  /** What answers; absent as long as no revision was ever ready. */
  serving?: Serving;
  /** The templates of all revisions by name. */
  readonly revisions: Record<string, Properties>;
}

/** A revision that runs on this machine. */
export interface Serving {
  readonly revision: string;
  readonly container: string;
  readonly port: number;
  readonly template: Properties;
}

export function serviceOf(cloud: Cloud, id: string): ServiceRecord | undefined {
  return cloud.get<ServiceRecord>(SERVICE, id);
}

export function keep(cloud: Cloud, id: string, record: ServiceRecord): void {
  cloud.put(SERVICE, id, record);
}

/** Whether whoever made the newest revision was killed over it. */
export function isLeftUnfinished({ maker }: ServiceRecord): boolean {
  if (maker === undefined || maker === process.pid) return false;
  try {
    process.kill(maker, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
