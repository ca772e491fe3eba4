/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty variable is as good as none: that is how compose files and pipelines leave one out. */
export function isSet([, value]: [string, string | undefined]): boolean {
  return value !== undefined && value !== "";
}
