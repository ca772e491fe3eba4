import type { Comparison } from "./comparison.ts";
import type { Spread } from "./statistics.ts";

const headings = ["what", "ours", "peer", "ratio", "min–max", "limit", ""];

/** Lays comparisons out as a table for people: a line each, medians, the ratio's spread, the limit and whether it is kept. */
export function table(comparisons: readonly Comparison[]): string {
  const rows = [headings, ...comparisons.map(cells)];
  const widths = headings.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells({ what, unit, ours, peer, compared, limit, ok }: Comparison): string[] {
  const verdict = ok ? "ok" : "over";
  if (unit === "bytes") {
    const measured = [megabytes(ours.median), megabytes(peer.median)];
    return [what, ...measured, signed(compared.median), "", signed(limit), verdict];
  }
  const measured = [seconds(ours.median), seconds(peer.median)];
  return [what, ...measured, compared.median.toFixed(2), range(compared), String(limit), verdict];
}

function range({ min, max }: Spread): string {
  return `${min.toFixed(2)}–${max.toFixed(2)}`;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function signed(bytes: number): string {
  return `${bytes < 0 ? "" : "+"}${megabytes(bytes)}`;
}
