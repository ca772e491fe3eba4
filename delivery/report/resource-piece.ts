import type { Change, Kind } from "./changes.ts";
import type { Dialect } from "./dialect.ts";
import type { Piece } from "./fitted.ts";
import { code, fenced, html, isLowHalf, shortened } from "./neutral-text.ts";
import type { PropertyChange } from "./property-changes.ts";

/** Properties of one resource that are shown; the rest are counted. */
const most = 40;

/** One resource of a report: its type and name, what of it differs, and its URN where that can be folded away. */
export function resourcePiece(change: Change, { folds }: Dialect): Piece {
  const { kind, type, name, urn, properties } = change;
  const heading = headings[kind];
  const short = `- ${code(name)} ${code(type)}`;
  const shown = differences(properties, kind === "create" && !folds ? 15 : most);
  if (!folds) {
    const full = shown === undefined ? short : `**${code(name)}** ${code(type)}\n\n${shown}`;
    return { heading, short, full };
  }
  // What is lost stands open.
  const open = kind === "replace" ? " open" : "";
  const full = [
    `<details${open}><summary><code>${html(name)}</code> <code>${html(type)}</code></summary>`,
    ...(shown === undefined ? [] : [shown]),
    code(urn, 600),
    "</details>",
  ].join("\n\n");
  return { heading, short, full };
}

const headings: Readonly<Record<Kind, string>> = {
  replace: "### ⚠ To replace",
  delete: "### ⚠ To delete",
  update: "### To change",
  create: "### To create",
};

function differences(properties: readonly PropertyChange[], limit: number): string | undefined {
  if (properties.length === 0) return undefined;
  const lines = properties.slice(0, limit).flatMap(linesOf);
  const rest = properties.length - limit;
  return fenced(rest > 0 ? [...lines, `# … and ${rest} more properties`] : lines, "diff");
}

function linesOf({ path, before, after, replaces }: PropertyChange): string[] {
  const label = shortened(path, 120);
  const mark = replaces ? "   ⚠ forces the replacement" : "";
  if (before === undefined && after === undefined) return [`! ${label}: differs${mark}`];
  const [was, is] = apart(before, after);
  const lines = [
    ...(was === undefined ? [] : [`- ${label}: ${was}`]),
    ...(is === undefined ? [] : [`+ ${label}: ${is}`]),
  ];
  return lines.map((line, at) => (at === lines.length - 1 ? `${line}${mark}` : line));
}

/** Long values from shortly before where they part, so that the difference is seen. */
function apart(before: string | undefined, after: string | undefined) {
  const limit = 200;
  if (
    before === undefined ||
    after === undefined ||
    Math.max(before.length, after.length) <= limit
  ) {
    return [before, after].map((value) => value && shortened(value, limit));
  }
  let parting = 0;
  while (before[parting] === after[parting] && parting < before.length) parting++;
  const start = Math.max(0, parting - 40);
  const from = isLowHalf(before, start) || isLowHalf(after, start) ? start - 1 : start;
  const lead = from > 0 ? "…" : "";
  return [before, after].map((value) => `${lead}${shortened(value.slice(from), limit)}`);
}
