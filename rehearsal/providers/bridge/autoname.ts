import { createHash, randomBytes } from "node:crypto";
import type { CheckRequest } from "../provider.ts";
import { isDefault } from "./check.ts";

// Names for resources that the program does not name.

/**
 * The name of a bridged resource that was given none: the one it has, else what the user's autonaming configuration proposes,
 * else `<name in the program>-<7 hex digits>`. Undefined where the user has switched autonaming off.
 */
export function autoname(request: CheckRequest): string | undefined {
  const old = request.olds?.name;
  if (isDefault(request.olds, "name") && typeof old === "string") return old;
  if (request.autonaming?.mode === "disable") return undefined;
  return request.autonaming?.proposedName || `${request.name}-${suffix(request.seed)}`;
}

/** The same digits in the preview and the update of one run, which the engine's seed makes possible. */
function suffix(seed: Uint8Array): string {
  const bytes = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(4);
  return bytes.toString("hex").slice(0, 7);
}
