/**
 * What Pulumi's CLI says of a stack that somebody else has locked, from that line on; undefined where it says nothing of it.
 * The words are those of pulumi v3.259.0: `pkg/backend/diy/lock.go` for files and buckets, `pkg/backend/httpstate` (409) and
 * `pkg/backend/backenderr` for Pulumi Cloud.
 */
export function lockWords(complaint: string): string | undefined {
  const at = complaint.search(
    /the stack is currently locked by \d+ lock|\[409\][^\n]*(?:Another update|\n[^\n]*\/update-conflicts)/,
  );
  return at < 0 ? undefined : complaint.slice(complaint.lastIndexOf("\n", at) + 1);
}
