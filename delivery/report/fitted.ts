/** A part of a report that may be told at length, in one line, or not at all. */
export interface Piece {
  readonly full: string;
  /** One line of a list. */
  readonly short: string;
  /** Stands above the first piece that has it. */
  readonly heading: string;
}

export interface FitOptions {
  /** In UTF-16 units, of which a host's character is one or two. */
  readonly limit: number;
  /** What stands before the pieces, whatever happens. */
  readonly head: string;
  /** What is said of so many pieces that are left out, and of so many told in one line. */
  readonly leftOut: (gone: readonly Piece[], shortened: number) => string;
}

/**
 * Puts as much as fits into a text of a bounded length: every piece in one line before the first is told at length, and the
 * first ones before the last. Pieces stay whole, so that no table, fence or character is ever cut.
 */
export function fitted(pieces: readonly Piece[], { limit, head, leftOut }: FitOptions): string {
  const room = limit - leftOut(pieces, pieces.length).length - gap.length;
  const kept: Piece[] = [];
  const headings = new Set<string>();
  let used = head.length;
  for (const piece of pieces) {
    const heading = headings.has(piece.heading) ? 0 : piece.heading.length + gap.length;
    const size = piece.short.length + gap.length + heading;
    if (used + size > room) break;
    headings.add(piece.heading);
    kept.push(piece);
    used += size;
  }
  const isFull = kept.map(({ full, short }) => {
    const more = full.length - short.length;
    if (used + more > room) return false;
    used += more;
    return true;
  });
  const gone = pieces.slice(kept.length);
  const brief = kept.filter(({ full, short }, at) => !isFull[at] && full !== short).length;
  const note = gone.length + brief > 0 ? [leftOut(gone, brief)] : [];
  return joined([head, ...withHeadings(kept, isFull), ...note]);
}

const gap = "\n\n";

function withHeadings(pieces: readonly Piece[], isFull: readonly boolean[]): string[] {
  return pieces.flatMap((piece, at) => {
    const text = isFull[at] ? piece.full : piece.short;
    return piece.heading === pieces[at - 1]?.heading ? [text] : [piece.heading, text];
  });
}

/** Lines of one list stand close together. */
function joined(parts: readonly string[]): string {
  return parts.reduce((text, part, at) => {
    if (at === 0) return part;
    const isList = part.startsWith("- ") && parts[at - 1]?.startsWith("- ");
    return `${text}${isList ? "\n" : gap}${part}`;
  }, "");
}
