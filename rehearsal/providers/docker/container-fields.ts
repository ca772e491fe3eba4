import { isProperties, type Properties, type Value } from "../values.ts";

// What the readers and writers of a container share: nested objects, labels, sizes.

const MEBIBYTE = 1024 * 1024;

/** The nested objects of a list or set. */
export function blocks(value: Value | undefined): Properties[] {
  return Array.isArray(value) ? value.filter(isProperties) : [];
}

/** Labels by name. */
export function labelsOf(labels: Value | undefined): Record<string, string> {
  return Object.fromEntries(
    blocks(labels).map(({ label, value }) => [String(label), String(value)]),
  );
}

/** MiB, in which memory is given, as the bytes of the engine. */
export function bytes(mebibytes: Value | undefined): number | undefined {
  return mebibytes === undefined ? undefined : Number(mebibytes) * MEBIBYTE;
}

/** The bytes of the engine as MiB; none for 0, which means no limit. */
export function mebibytes(size: number | undefined): number | undefined {
  return size ? Math.floor(size / MEBIBYTE) : undefined;
}

/** The object without the keys that have no value. */
export function withoutAbsent(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
