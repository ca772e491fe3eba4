import type { Dialect } from "./dialect.ts";
import { fitted, type Piece } from "./fitted.ts";
import { type HeadLengths, headOf } from "./head.ts";
import { fenced } from "./neutral-text.ts";
import { picture } from "./picture.ts";
import type { Report } from "./report.ts";
import { resourcePiece } from "./resource-piece.ts";

/**
 * How long the upper part may be: the first of these with which it takes no more than half of the room. Pulumi's words give
 * way before what is lost.
 */
const lengths: readonly HeadLengths[] = [
  { most: 10, words: 5 },
  { most: 10, words: 3 },
  { most: 10, words: 1 },
  { most: 5, words: 1 },
  { most: 2, words: 1 },
  { most: 0, words: 1 },
  { most: 0, words: 0 },
];

/** A report as Markdown: what is lost first, then what changes, then what comes; within the dialect's limit. */
export function markdown(report: Report, dialect: Dialect): string {
  const heads = lengths.map((length) => headOf(report, length));
  const head = heads.find(({ length }) => length <= dialect.limit / 2) ?? heads.at(-1) ?? "";
  const pieces = report.changes.map((change) => resourcePiece(change, dialect));
  const text = fitted(pieces, { head, limit: dialect.limit, leftOut });
  const drawing = dialect.folds ? picture(report.changes) : undefined;
  if (drawing === undefined) return `${text}\n`;
  const seen = `${text}\n\n<details><summary>Picture of what changes</summary>\n\n${fenced(drawing.split("\n"), "mermaid")}\n\n</details>\n`;
  return seen.length <= dialect.limit ? seen : `${text}\n`;
}

function leftOut(gone: readonly Piece[], brief: number): string {
  const parts = [
    ...(brief > 0 ? [`${brief} resources are told in one line`] : []),
    ...(gone.length > 0 ? [`${gone.length} resources are left out`] : []),
  ];
  return `*Cut at the host's limit: ${parts.join(", ")}; the step's log has all of them.*`;
}
