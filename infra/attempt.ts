import { readState } from "./read-state.ts";

/** What this stack's state says it tried to run last, proven or not. */
export interface Attempt {
  /** `repository@sha256:…`. */
  readonly image: string;
  /** Counts the tries at one image, from 1. */
  readonly number: number;
}

/**
 * The number of this try at an image: for the providers the same program again is no change, so that what failed is only
 * tried again under a new number. It stays while the image does, unless `retries` asks for the next one.
 */
export function attemptAt(image: string, last: Attempt | undefined, retries: boolean): number {
  if (last?.image !== image) return 1;
  return retries ? last.number + 1 : last.number;
}

/** The last attempt of a service; undefined before the first. */
export async function lastAttempt(name: string): Promise<Attempt | undefined> {
  const outputs = await readState<StateEntry>("readStackResourceOutputs");
  const found = Object.entries(outputs).find(([urn]) =>
    urn.endsWith(`::slipway:index:Service::${name}`),
  );
  const { image, attempt } = found?.[1].outputs ?? {};
  return image && attempt ? { image, number: attempt } : undefined;
}

interface StateEntry {
  readonly outputs?: { readonly image?: string; readonly attempt?: number };
}
