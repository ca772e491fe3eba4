/** What was uploaded cannot be built from: the message is for the client, one line that says how to mend it. */
export class ContextRefused extends Error {
  override name = "ContextRefused";
}

/** A name of the client's within a message: in quotes, without anything that moves a cursor, and never long. */
export function quoted(name: string): string {
  const cut = name.length > 80 ? `${name.slice(0, 79)}…` : name;
  const isHarmless = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(cut);
  return JSON.stringify(isHarmless ? cut : cut.replace(/[^\x20-\x7e…]/gu, escaped));
}

function escaped(character: string): string {
  return `<${(character.codePointAt(0) ?? 0).toString(16)}>`;
}

/** Bytes as people read them: `256 MiB`, `512 KiB`, `700 bytes`. */
export function inBytes(bytes: number): string {
  if (bytes >= 2 ** 20) return `${Number((bytes / 2 ** 20).toFixed(1))} MiB`;
  if (bytes >= 2 ** 10) return `${Number((bytes / 2 ** 10).toFixed(1))} KiB`;
  return `${bytes} bytes`;
}
