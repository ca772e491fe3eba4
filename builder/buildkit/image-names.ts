// Image names as BuildKit spells them out, and the patterns that allow them.

/** `python` → `docker.io/library/python`, `acme/web:1` → `docker.io/acme/web:1`; one with a host stays as it is. */
export function fullName(name: string): string {
  const [first = "", ...rest] = name.split("/");
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:*]|^localhost$/.test(first) ? name : `docker.io/${name}`;
}

/**
 * A list's entry as patterns of full names, `*` for any part. One without a tag allows every tag, one with a tag also its digests.
 */
export function namePatterns(entry: string): readonly string[] {
  const name = fullName(entry.trim().replace(/\*+/g, "*"));
  if (entry.trim() === "*") return ["*"];
  if (name.endsWith("*") || name.includes("@")) return [name];
  const hasTag = name.slice(name.lastIndexOf("/")).includes(":");
  return hasTag ? [name, `${name}@*`] : [`${name}:*`, `${name}@*`];
}

/** Whether a list's entry leaves open whose images it allows, as `*.example.com/web` does: `*` is for `/` too. */
export function hasOpenHost(entry: string): boolean {
  const [host = "", ...rest] = entry.trim().split("/");
  return rest.length > 0 && host.includes("*");
}

/** Whether a list allows an image by the name that a Dockerfile gives it. */
export function isAllowed(name: string, list: readonly string[]): boolean {
  const full = fullName(name);
  const spelled = /[:@]/.test(full.slice(full.lastIndexOf("/"))) ? full : `${full}:latest`;
  return list.flatMap(namePatterns).some((pattern) => matches(spelled, pattern));
}

/** Part by part, because an expression made of the pattern could be slow on a hostile name. */
function matches(text: string, pattern: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  if (parts.length === 0) return text === pattern;
  const last = parts.pop() ?? "";
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at + last.length <= text.length;
}
