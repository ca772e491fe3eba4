/** Of SQL's states: data that the database cannot hold, and rows that it does not allow. */
const REFUSING = /^2[23]/;

/** Whether the database refuses what it was given, so that it would refuse it every time. */
export function isRefused(error: unknown): boolean {
  return REFUSING.test((error as { code?: string } | undefined)?.code ?? "");
}
