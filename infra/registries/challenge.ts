/** What a registry wants to see before it answers, from `WWW-Authenticate` (RFC 7235, RFC 6750). */
export interface Challenge {
  readonly scheme: "basic" | "bearer";
  /** Where a bearer token is had. */
  readonly realm: string;
  readonly service: string | undefined;
}

/** Reads a challenge; undefined where there is none of a known scheme. */
export function parseChallenge(header: string | string[] | undefined): Challenge | undefined {
  const text = [header ?? []].flat().join(", ");
  const scheme = /\b(?<scheme>basic|bearer)\s+\w+=/i.exec(text)?.groups?.scheme?.toLowerCase();
  if (scheme !== "basic" && scheme !== "bearer") return undefined;
  const value = (name: string) =>
    new RegExp(`\\b${name}="(?<value>[^"]*)"`, "i").exec(text)?.groups?.value;
  return { scheme, realm: value("realm") ?? "", service: value("service") };
}
