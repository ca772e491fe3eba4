import type { Held } from "../guard/guard.ts";
import type { Change } from "./changes.ts";
import type { ImageOutlook, Next } from "./image-outlook.ts";
import { marker } from "./marker.ts";
import { code, quoted } from "./neutral-text.ts";
import type { PipelineRun } from "./pipeline-run.ts";
import { counts, type Report } from "./report.ts";

/** How much the upper part of a report tells. */
export interface HeadLengths {
  /** The longest list. */
  readonly most: number;
  /** How many of Pulumi's errors and warnings. */
  readonly words: number;
}

/** What stands above all resources of a report. */
export function headOf(report: Report, { most, words }: HeadLengths): string {
  return [
    marker(report.project, report.stack, report.run?.number),
    `## Preview of ${code(report.stack)}`,
    ...origin(report.run),
    headline(report),
    ...caution(report.changes, most),
    ...heldBack(report.held, most),
    ...said(report, words),
    ...policies(report, most),
    ...images(report.images, most),
  ].join("\n\n");
}

/** Which commit the report is of, and which run made it: a comment may be older than the branch. */
function origin(run: PipelineRun | undefined): string[] {
  if (run === undefined) return [];
  const { commit, number, link } = run;
  const name = `run${number === undefined ? "" : ` ${number}`}`;
  const linked = link ? `[${name}](${link})` : name;
  return [[...(commit ? [`Commit ${code(commit)}`] : []), linked].join(" · ")];
}

/** The counts in one line. */
function headline(report: Report): string {
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

/** Errors and warnings, of 4 lines for each that may be told. */
function said({ code: exit, errors, warnings }: Report, most: number): string[] {
  const told = exit === 0 ? [] : errors;
  const all = [...told, ...warnings];
  const shown = all.slice(0, most).map((text) => quoted(text, 4 * most));
  const rest = all.length - shown.length;
  const more = rest > 0 ? [`… and ${rest} more errors and warnings`] : [];
  if (exit === 0) return [...shown, ...more];
  const end = told.length > 0 && shown.length > 0 ? ":" : ".";
  return [`Pulumi ended with exit code ${exit}${end}`, ...shown, ...more];
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

function policies({ code: exit, violations, policiesLeftOut }: Report, most: number): string[] {
  if (policiesLeftOut !== undefined)
    return [`**Policies**: left out; ${code(policiesLeftOut, 300)}`];
  if (violations.length === 0) {
    return [`**Policies**: ${exit === 0 ? "checked, nothing to say" : "not checked to the end"}`];
  }
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
