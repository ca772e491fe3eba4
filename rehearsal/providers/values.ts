import structPb from "google-protobuf/google/protobuf/struct_pb.js";

// The values that travel between Pulumi's engine and a provider, and the sentinels they carry.

/** A property value as JSON has it; unknown and secret values are marked with Pulumi's own sentinels. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** A bag of properties: the inputs or the outputs of a resource. */
export type Properties = { [key: string]: Value };

/** What the engine sends, and takes, for a value that is not known until an update (Pulumi's `UnknownStringValue`). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Marks a value as secret, so that the engine encrypts it in the state. */
export function secret(value: Value): Value {
  return { [SIGNATURE]: SECRET, value };
}

/** The value with every secret in it laid open. */
export function withoutSecrets(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isProperties(value)) return value;
  if (value[SIGNATURE] === SECRET) return withoutSecrets(value.value ?? null);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutSecrets(item)]),
  );
}

/** Whether the value, or anything inside it, is not known yet. */
export function hasUnknowns(value: Value | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknowns);
  return isProperties(value) && Object.values(value).some(hasUnknowns);
}

/** Whether the value is a bag of properties, as opposed to a list, a scalar or nothing. */
export function isProperties(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values are the same; the order of keys does not count, the order of a list does. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  return canonical(left) === canonical(right);
}

/** A text that is equal for equal values, whatever the order of their keys. */
export function canonical(value: Value | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isProperties(value)) return JSON.stringify(value) ?? "undefined";
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${parts.join(",")}}`;
}

/** Reads a bag of properties off the wire; secrets are laid open, since the stand-ins do not accept secrets. */
export function fromStruct(struct: structPb.Struct | undefined): Properties {
  return withoutSecrets((struct?.toJavaScript() ?? {}) as Properties) as Properties;
}

/** Puts a bag of properties on the wire; properties that are undefined are left out. */
export function toStruct(properties: { [key: string]: Value | undefined }): structPb.Struct {
  return structPb.Struct.fromJavaScript(withoutUndefined(properties) as Properties);
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item) ?? null);
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(known.map(([key, item]) => [key, withoutUndefined(item)]));
}
