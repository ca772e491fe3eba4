import { UNKNOWN, type Value } from "../values.ts";
import { parseDuration } from "./duration.ts";

// What is wrong with a value, as a sentence; undefined when nothing is.

/** Anything but these choices. */
export const oneOf =
  (...choices: string[]) =>
  (value: Value) =>
    choices.includes(String(value)) ? undefined : `"${value}" is not one of ${choices.join(", ")}`;

/** A number below `least`. */
export const atLeast = (least: number) => (value: Value) =>
  Number(value) >= least ? undefined : `${value} is less than ${least}`;

/** A text that is not `wanted`, as `pattern` tells. */
export const matches = (pattern: RegExp, wanted: string) => (value: Value) =>
  pattern.test(String(value)) ? undefined : `"${value}" is not ${wanted}`;

/** A text that is no duration of Go. */
export const refusesDuration = (value: Value) =>
  parseDuration(String(value)) === undefined
    ? `"${value}" is not a duration, such as 30s or 1m30s`
    : undefined;

/** A list of security options with one that is not of the form option:value. */
export function refusesSecurityOpts(value: Value): string | undefined {
  const wrong = (Array.isArray(value) ? value : [])
    .map(String)
    .find(
      (option) =>
        !/^(?:[^:=]+[:=].+|no-new-privileges|systempaths=unconfined)$/.test(option) &&
        option !== UNKNOWN,
    );
  return wrong === undefined ? undefined : `"${wrong}" is not of the form option:value`;
}
