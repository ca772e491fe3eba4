import { silenceOf } from "../../infra/registries/registry-faults.ts";
import type { LocalImage, LocalManifest } from "./oci-image.ts";
import type { Persist } from "./persist.ts";
import { Refusal } from "./refusal.ts";
import type { Repository } from "./repository.ts";

/** Codes of a connection that was never made: nothing can have arrived. */
const neverMade = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"];

/**
 * Puts an image's manifests, its own last and under its tag. That one request is never sent again where it may have
 * arrived: the tag is asked instead what it names.
 * @returns the digest that the tag names.
 */
export async function tagOnce(
  { manifests }: LocalImage,
  repository: Repository,
  tag: string,
  persist: Persist,
): Promise<string> {
  const own = manifests.at(-1);
  if (own === undefined) throw new Error("image: has no manifest");
  for (const listed of manifests.slice(0, -1)) {
    await persist(() => repository.put(listed.digest, listed));
  }
  try {
    const said = await persist(() => repository.put(tag, own), hasNotArrived);
    if (said === own.digest) return said;
    if (said !== undefined) throw otherwise(repository, tag, said);
  } catch (error) {
    if (!mayHaveArrived(error)) throw error;
    return await persist(
      () => tagged(own, repository, tag, error),
      (failed) => failed === error,
    );
  }
  return persist(() => tagged(own, repository, tag));
}

/** @throws the given error, or one that says so, when the tag does not name the manifest. */
async function tagged(
  { digest, type }: LocalManifest,
  repository: Repository,
  tag: string,
  error?: unknown,
): Promise<string> {
  const found = await repository.digestOf(tag, type);
  if (found === digest) return digest;
  throw error ?? otherwise(repository, tag, found);
}

function otherwise({ path }: Repository, tag: string, found = "nothing"): Refusal {
  const message = `it names ${found} by that tag`;
  return new Refusal(201, `tag ${path}:${tag}`, { code: "", message }, undefined);
}

function hasNotArrived(error: unknown): boolean {
  if (error instanceof Refusal) return error.status === 429;
  return neverMade.includes(silenceOf(error) ?? "");
}

function mayHaveArrived(error: unknown): boolean {
  if (error instanceof Refusal) return error.status >= 500 || error.status === 408;
  const code = silenceOf(error);
  return code !== undefined && !neverMade.includes(code);
}
