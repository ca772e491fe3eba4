import type { Held } from "../guard.ts";
import type { Change } from "./changes.ts";
import type { Dialect } from "./dialect.ts";
import { fitted, type Piece } from "./fitted.ts";
import type { ImageOutlook, Next } from "./image-outlook.ts";
import { marker } from "./marker.ts";
import { code, fenced, quoted } from "./neutral-text.ts";
import { picture } from "./picture.ts";
import { counts, type Report } from "./report.ts";
import { resourcePiece } from "./resource-piece.ts";

/** How long the lists of the upper part may be: the first length with which it takes no more than half of the room. */
const lengths = [10, 5, 2, 0];

/** A report as Markdown: what is lost first, then what changes, then what comes; within the dialect's limit. */
export function markdown(report: Report, dialect: Dialect): string {
  const heads = lengths.map((most) => headOf(report, most));
  const head = heads.find(({ length }) => length <= dialect.limit / 2) ?? heads.at(-1) ?? "";
  const pieces = report.changes.map((change) => resourcePiece(change, dialect));
  const text = fitted(pieces, { head, limit: dialect.limit, leftOut });
  const drawing = dialect.folds ? picture(report.changes) : undefined;
  if (drawing === undefined) return `${text}\n`;
  const seen = `${text}\n\n<details><summary>Picture of what changes</summary>\n\n${fenced(drawing.split("\n"), "mermaid")}\n\n</details>\n`;
  return seen.length <= dialect.limit ? seen : `${text}\n`;
}

/** What stands above all resources. */
function headOf(report: Report, most: number): string {
  return [
    marker(report.project, report.stack),
    `## Preview of ${code(report.stack)}`,
    headline(report),
    ...failure(report, most),
    ...caution(report.changes, most),
    ...heldBack(report.held, most),
    ...policies(report, most),
    ...images(report.images, most),
  ].join("\n\n");
}

/** The counts in one line. */
export function headline(report: Report): string {
  const count = counts(report);
  const words: readonly (readonly [number, string])[] = [
    [count.replace, `⚠ ${count.replace} to replace`],
    [count.delete, `⚠ ${count.delete} to delete`],
    [count.update, `${count.update} to change`],
    [count.create, `${count.create} to create`],
  ];
  const said = words.filter(([number]) => number > 0).map(([, text]) => text);
  const stay = `${report.unchanged} unchanged`;
  if (report.code !== 0 && said.length === 0) return "**✗ The preview failed**";
  if (said.length === 0) return `**Nothing changes** · ${stay}`;
  const told = `**${said.join(" · ")}** · ${stay}`;
  return report.code === 0 ? told : `**✗ The preview failed** · so far: ${told}`;
}

function failure({ code: exit, errors, warnings }: Report, most: number): string[] {
  const told = exit === 0 ? [] : errors;
  const shown = [...told, ...warnings]
    .slice(0, Math.ceil(most / 2))
    .map((text) => quoted(text, 2 * most));
  if (exit !== 0 && told.length === 0) return [`Pulumi ended with exit code ${exit}.`, ...shown];
  return exit === 0 ? shown : [`Pulumi ended with exit code ${exit}:`, ...shown];
}

function caution(changes: readonly Change[], most: number): string[] {
  // A provider is an entry in the state and nothing else.
  const lost = changes.filter(
    ({ kind, type }) =>
      (kind === "replace" || kind === "delete") && !type.startsWith("pulumi:providers:"),
  );
  if (lost.length === 0) return [];
  const lines = lost.slice(0, most).map(({ kind, type, name, properties }) => {
    const forcing = properties.filter(({ replaces }) => replaces).map(({ path }) => code(path, 80));
    const why = forcing.length > 0 ? `, because of ${forcing.slice(0, 3).join(", ")}` : "";
    return `- **${kind}** ${code(name)} ${code(type)}${kind === "replace" ? why : ""}`;
  });
  return [
    quote("**⚠ CAUTION: what runs now is replaced or deleted**", limited(lines, lost.length)),
  ];
}

function heldBack(held: readonly Held[], most: number): string[] {
  if (held.length === 0) return [];
  const lines = held
    .slice(0, most)
    .map(({ urn, op, why }) => `- ${op}: ${code(urn, 600)} (${code(why, 100)})`);
  const words =
    "**✋ HELD BACK: these hold data or an address.** Where nobody can be asked, `npm run deliver`, `rollback` and `promote` stop before their `up`, unless `SLIPWAY_APPROVE` names each of these URNs (commas between):";
  return [quote(words, limited(lines, held.length))];
}

function policies({ violations, policiesLeftOut }: Report, most: number): string[] {
  if (policiesLeftOut !== undefined)
    return [`**Policies**: left out; ${code(policiesLeftOut, 300)}`];
  if (violations.length === 0) return ["**Policies**: checked, nothing to say"];
  const mandatory = violations.filter(({ isMandatory }) => isMandatory);
  const sorted = [...mandatory, ...violations.filter(({ isMandatory }) => !isMandatory)];
  const lines = sorted.slice(0, most).map(({ policy, isMandatory, urn, message }) => {
    const where = urn === undefined ? "" : ` on ${code(urn.slice(urn.lastIndexOf("::") + 2))}`;
    return `- **${isMandatory ? "✗ forbidden" : "advice"}** ${code(policy)}${where}: ${code(message, 300)}`;
  });
  return [
    `**Policies**: ${mandatory.length} broken, ${violations.length - mandatory.length} advised`,
    limited(lines, violations.length).join("\n"),
  ];
}

function images(outlooks: readonly ImageOutlook[], most: number): string[] {
  if (outlooks.length === 0) return [];
  const lines = outlooks.slice(0, most).map(({ service, isRead, now, unproven, next }) => {
    const runs = now
      ? `now ${code(now.image)} of commit ${code(now.commit)}`
      : isRead
        ? "nothing is proven yet"
        : "what runs now could not be read";
    const tried = unproven ? `; tried since and not proven: ${code(unproven)}` : "";
    return `- ${code(service)}: ${runs}${tried}; **${wordedNext(next)}`;
  });
  return ["**Images**", limited(lines, outlooks.length).join("\n")];
}

function wordedNext(next: Next): string {
  if (next.kind === "built") {
    return `a new image will be built** from commit ${code(next.commit)} of ${code(next.branch)}`;
  }
  return {
    stays: "it stays**",
    taken: "nothing is built**: the release is one that the registry holds",
    gone: "the service goes**",
    unknown: "what comes is not known**",
  }[next.kind];
}

function limited(lines: readonly string[], all: number): string[] {
  return all > lines.length ? [...lines, `- … and ${all - lines.length} more`] : [...lines];
}

/** A block that both hosts set apart; GitHub's own alerts are unknown to Bitbucket. */
function quote(title: string, lines: readonly string[]): string {
  return [title, "", ...lines].map((line) => `> ${line}`.trimEnd()).join("\n");
}

function leftOut(gone: readonly Piece[], brief: number): string {
  const parts = [
    ...(brief > 0 ? [`${brief} resources are told in one line`] : []),
    ...(gone.length > 0 ? [`${gone.length} resources are left out`] : []),
  ];
  return `*Cut at the host's limit: ${parts.join(", ")}; the step's log has all of them.*`;
}
