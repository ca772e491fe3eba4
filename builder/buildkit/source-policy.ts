import { namePatterns } from "./image-names.ts";

/** What BuildKit is told about images that a build may take from registries, by `FROM`, `COPY --from` or a mount. */
export interface SourcePolicy {
  readonly version: 1;
  readonly rules: readonly {
    readonly action: "ALLOW" | "DENY";
    readonly selector: { readonly identifier: string; readonly matchType: "WILDCARD" };
  }[];
}

/** A policy that denies every image but those of the list; the last rule that matches counts. */
export function sourcePolicy(baseImages: readonly string[]): SourcePolicy {
  const rule = (action: "ALLOW" | "DENY", pattern: string): SourcePolicy["rules"][number] => ({
    action,
    selector: { identifier: `docker-image://${pattern}`, matchType: "WILDCARD" },
  });
  return {
    version: 1,
    rules: [
      rule("DENY", "*"),
      ...baseImages.flatMap(namePatterns).map((pattern) => rule("ALLOW", pattern)),
    ],
  };
}
