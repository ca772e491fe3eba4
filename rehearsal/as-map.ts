type AnyMap = Readonly<Record<string, unknown>>;

/** Whether a part of a configuration is a map. */
export function isMap(value: unknown): value is AnyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A part of a configuration as a map; what is none is for the program to refuse. */
export function asMap(value: unknown): AnyMap {
  return isMap(value) ? value : {};
}
