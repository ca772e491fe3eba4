/** An image that a `FROM` line names outright. */
export interface NamedImage {
  readonly name: string;
  /** Counts from 1. */
  readonly line: number;
}

/** An instruction, with its continued lines joined. */
interface Instruction {
  readonly text: string;
  readonly line: number;
}

/**
 * Finds the images that a Dockerfile starts from: not its own stages, not `scratch`, and not what an argument names.
 * It would rather overlook one than name what is none.
 */
export function baseImages(lines: readonly string[]): {
  readonly images: readonly NamedImage[];
  readonly hasStage: boolean;
} {
  const stages = new Set(["scratch"]);
  const images: NamedImage[] = [];
  let hasStage = false;
  for (const { text, line } of instructions(lines)) {
    const [keyword = "", ...words] = text.trim().split(/\s+/);
    if (keyword.toUpperCase() !== "FROM") continue;
    hasStage = true;
    const [name = "", as = "", stage = ""] = words.filter((word) => !word.startsWith("--"));
    if (!name.includes("$") && !stages.has(name.toLowerCase())) {
      images.push({ name: name.replace(/^"(.*)"$/, "$1"), line });
    }
    if (as.toUpperCase() === "AS") stages.add(stage.toLowerCase());
  }
  return { images, hasStage };
}

/** Goes by Docker's rules for lines: comments and empty ones drop out, a here-document is its instruction's. */
function* instructions(lines: readonly string[]): Generator<Instruction> {
  const continued = escapeOf(lines);
  for (let at = 0; at < lines.length; at += 1) {
    const line = at + 1;
    let last = (lines[at] ?? "").replace(/^\ufeff/, "").trim();
    if (last === "" || last.startsWith("#")) continue;
    // Pieces, since a text that grows line by line is copied line by line.
    const pieces: string[] = [];
    while (last.endsWith(continued) && at + 1 < lines.length) {
      at += 1;
      const next = (lines[at] ?? "").trim();
      if (next === "" || next.startsWith("#")) continue;
      pieces.push(last.slice(0, -1));
      last = next;
    }
    const text = [...pieces, last].join("");
    if (/^(?:RUN|COPY|ADD)\s/i.test(text)) at = afterHereDocuments(text, lines, at);
    yield { text, line };
  }
}

/** Where the last here-document of an instruction ends; right where it stands if it has none that ends. */
function afterHereDocuments(text: string, lines: readonly string[], at: number): number {
  let end = at;
  for (const { groups } of text.matchAll(/<<-?(?<quote>["']?)(?<word>[A-Za-z_]\w*)\k<quote>/g)) {
    let next = end + 1;
    while (next < lines.length && !isEnd(lines[next], groups?.word)) next += 1;
    if (next === lines.length) return end;
    end = next;
  }
  return end;
}

function isEnd(line = "", word = ""): boolean {
  return line.replace(/\r$/, "").replace(/^\t+/, "") === word;
}

function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^\s*#\s*(?<key>[a-z]+)\s*=\s*(?<value>\S+)/i.exec(line)?.groups;
    if (directive === undefined) break;
    if (directive.key?.toLowerCase() === "escape") return directive.value ?? "\\";
  }
  return "\\";
}
