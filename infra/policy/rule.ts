import type { StackFacts } from "./stack-facts.ts";

/** What no stack may ask of a cloud. */
export interface Rule {
  /** What a report names it by. */
  readonly name: string;
  readonly description: string;
  /** What to do about it, as a sentence. */
  readonly remedy: string;
  /** A mandatory one fails the preview; an advisory one is only said. */
  readonly level: "mandatory" | "advisory";
  /** What is wrong with a resource, each as a clause that holds no secret; nothing where all is well. */
  readonly check?: (resource: Resource, facts: StackFacts) => readonly string[];
  /** The same for what can only be told of all resources together. */
  readonly checkStack?: (resources: readonly Resource[], facts: StackFacts) => readonly string[];
}

/** A resource as the program asks for it. */
export interface Resource {
  /** Pulumi's: `docker:index/container:Container`. */
  readonly type: string;
  readonly name: string;
  /** Its inputs; of what is secret and what a preview cannot know yet only the marks. */
  readonly props: Props;
  /** Pulumi's own protection from being deleted. */
  readonly protect: boolean;
}

export type Props = Readonly<Record<string, unknown>>;

/** What stands in place of a value that is secret. */
export const secretMark = "[secret]";

/** What stands in place of a value that a preview cannot know yet. */
export const unknownMark = "[unknown]";

/** Whether a value is secret or not known yet: nobody can say, so it breaks no rule. */
export function isHidden(value: unknown): boolean {
  return value === secretMark || value === unknownMark;
}

/** The elements of a list; none of anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The elements of a list that are maps. */
export function mapsOf(value: unknown): readonly Props[] {
  return listOf(value).map(mapOf);
}

/** A map; an empty one in place of anything else. */
export function mapOf(value: unknown): Props {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Props)
    : {};
}

/** A text that can be judged; empty in place of anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" && !isHidden(value) ? value : "";
}
