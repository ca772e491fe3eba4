import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The release of Debian this machine runs, e.g. `bookworm`. */
export function debianSuite(osRelease: string = "/etc/os-release"): string {
  return /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync(osRelease, "utf8"))?.[1] ?? "stable";
}

/** The mirror that this machine's own apt sources name for a release, so that no other host is asked. */
export function aptMirror(suite: string, folder: string = "/etc/apt"): string {
  for (const text of sources(folder)) {
    for (const { uri, suites } of [...entriesInLines(text), ...entriesInParagraphs(text)]) {
      if (suites.includes(suite)) return uri;
    }
  }
  throw new Error(`apt's sources in ${folder} name no mirror for ${suite}`);
}

interface Source {
  readonly uri: string;
  readonly suites: readonly string[];
}

function sources(folder: string): string[] {
  const names = (place: string): string[] => {
    try {
      return readdirSync(join(folder, place)).map((name) => join(folder, place, name));
    } catch {
      return [];
    }
  };
  return [join(folder, "sources.list"), ...names("sources.list.d")]
    .filter((file) => file.endsWith(".list") || file.endsWith(".sources"))
    .flatMap((file) => {
      try {
        return [readFileSync(file, "utf8")];
      } catch {
        return [];
      }
    });
}

/** `deb [options] URI suite component…` */
function entriesInLines(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const [, uri, suite] = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s/.exec(line) ?? [];
    return uri && suite ? [{ uri, suites: [suite] }] : [];
  });
}

/** `Types: deb`, `URIs: …`, `Suites: …`, in any order, separated by empty lines. */
function entriesInParagraphs(text: string): Source[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (name: string): string[] =>
      new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(paragraph)?.[1]?.trim().split(/\s+/) ?? [];
    const [uri] = field("URIs");
    return field("Types").includes("deb") && uri ? [{ uri, suites: field("Suites") }] : [];
  });
}
