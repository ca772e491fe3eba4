import { painter } from "../setup/story.ts";

/** Says one thing on stderr, beside what Pulumi prints. */
export function tell(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

/** Says what must not be missed. */
export function warn(text: string): void {
  tell(painter(process.stderr)("red", text));
}
