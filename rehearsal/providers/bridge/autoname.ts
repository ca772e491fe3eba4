import { createHash, randomBytes } from "node:crypto";
import type { CheckRequest } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { isDefault } from "./check.ts";

// Names for resources that the program does not name.

/** Which property is named, and what its names are like. */
export interface Autonamed {
  readonly property: string;
  /** The most characters that a name may have. */
  readonly most?: number;
  /** Whether names are in lower case. */
  readonly lower?: true;
}

/**
 * The name of a bridged resource that was given none: the one it has, else what the user's autonaming configuration proposes,
 * else `<name in the program>-<7 hex digits>`. Undefined where the user has switched autonaming off.
 * @throws RuleError when the name in the program is too long to be one.
 */
export function autoname(
  request: CheckRequest,
  { property, most, lower }: Autonamed = { property: "name" },
): string | undefined {
  const old = request.olds?.[property];
  if (isDefault(request.olds, property) && typeof old === "string") return old;
  if (request.autonaming?.mode === "disable") return undefined;
  const prefix = lower ? request.name.toLowerCase() : request.name;
  const name = request.autonaming?.proposedName || `${prefix}-${suffix(request.seed)}`;
  if (most !== undefined && name.length > most) {
    throw new RuleError(
      `${request.name}: the name in the program makes a ${property} of more than ${most} characters; shorten it, or set ${property}`,
    );
  }
  return name;
}

/** The same digits in the preview and the update of one run, which the engine's seed makes possible. */
function suffix(seed: Uint8Array): string {
  const bytes = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(4);
  return bytes.toString("hex").slice(0, 7);
}
