import type { Value } from "../values.ts";

// Linux capabilities in the form that Docker's client gives them.

/**
 * Capabilities as Docker's client sends them, and as they are read back: upper case with `CAP_`, sorted, each once; `ALL`
 * stands alone.
 */
export function normalCapabilities(names: Value | undefined): string[] | undefined {
  if (!Array.isArray(names) || names.length === 0) return undefined;
  const upper = names.map((name) => String(name).trim().toUpperCase());
  if (upper.includes("ALL")) return ["ALL"];
  return [...new Set(upper.map((name) => (name.startsWith("CAP_") ? name : `CAP_${name}`)))].sort();
}
