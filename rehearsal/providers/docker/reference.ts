import { RuleError } from "../rule-error.ts";

// Image references as Docker reads them: `app`, `user/app:1`, `localhost:5000/app@sha256:…`.

/** A reference taken apart, with the parts that Docker adds in thought: `app` is `docker.io/library/app`. */
export interface Reference {
  /** Host of the registry, such as "docker.io" or "localhost:5000". */
  readonly host: string;
  /** The repository's path inside the registry, such as "library/app". */
  readonly path: string;
  /** Host and path. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** Whether the name was written in full, host and all. */
  readonly canonical: boolean;
}

const REFERENCE =
  /^(?<name>[A-Za-z0-9][\w.:/-]*?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[a-z0-9+._-]+:[0-9a-f]{32,}))?$/;
const PATH =
  /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;

/** Takes an image reference apart; throws `RuleError` where Docker would say "invalid reference format". */
export function parseReference(text: string): Reference {
  const { name = "", tag, digest } = REFERENCE.exec(text)?.groups ?? {};
  const first = name.split("/")[0] ?? "";
  const hasHost =
    name.includes("/") &&
    (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  const host = hasHost ? first.replace(/^index\.docker\.io$/, "docker.io") : "docker.io";
  const rest = hasHost ? name.slice(first.length + 1) : name;
  if (!PATH.test(rest)) throw new RuleError(`"${text}": invalid reference format`);
  const path = host === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest;
  const repository = `${host}/${path}`;
  return { host, path, repository, tag, digest, canonical: repository === name };
}

/** Docker Hub's names in the order in which a user may write them, all meaning the same credentials. */
const HUB = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** The key under which Docker keeps a registry's credentials: its host, and for Docker Hub the old index's URL. */
export function credentialKey(server: string): string {
  const host = server.replace(/^https?:\/\//, "").split("/")[0] ?? server;
  return HUB.has(host) ? "https://index.docker.io/v1/" : host;
}
