// What the lines of both hosts' pipelines do.

/** What makes or moves a release, or takes the deploying identity for what it needs to read. */
export const releasing =
  /\bpulumi (?:up|update|destroy|refresh|import)\b|npm run (?:deliver|promote|rollback|drift)\b/;

/** What every push goes through, whole lines. */
export const checking: readonly string[] = [
  "npm run lint",
  "npm run scan",
  "npm test -- unit pytest",
  "npm test -- real",
  "npm run dast",
];
