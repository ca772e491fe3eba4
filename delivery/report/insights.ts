import type { Change } from "./changes.ts";
import { oneLine, shortened } from "./neutral-text.ts";
import { counts, type Report } from "./report.ts";

/** A Code Insights report as Bitbucket takes it: at most 10 fields of data, details of 2,000 characters. */
export interface InsightsReport {
  readonly title: string;
  readonly details: string;
  readonly external_id: string;
  readonly reporter: string;
  readonly link?: string;
  readonly report_type: "TEST";
  readonly result: "PASSED" | "FAILED";
  readonly data: readonly {
    readonly title: string;
    readonly type: "NUMBER";
    readonly value: number;
  }[];
}

/** An annotation of it: a summary of at most 450 characters, details of 2,000. */
export interface Annotation {
  readonly external_id: string;
  readonly annotation_type: "BUG" | "CODE_SMELL" | "VULNERABILITY";
  readonly severity: "CRITICAL" | "HIGH" | "MEDIUM" | "LOW";
  readonly summary: string;
  readonly details?: string;
}

/** The most annotations that Bitbucket keeps for one report. */
const most = 1000;

/** What Bitbucket's Code Insights are to show of a report; what matters most comes first. */
export function insightsOf(report: Report) {
  const id = `slipway-preview-${report.project}-${report.stack}`
    .replace(/[^\w-]/g, "-")
    .slice(0, 100);
  const count = counts(report);
  const fields: readonly (readonly [string, number])[] = [
    ["To replace", count.replace],
    ["To delete", count.delete],
    ["To change", count.update],
    ["To create", count.create],
    ["Unchanged", report.unchanged],
    ["Held back", report.held.length],
    ["Policies broken", report.violations.filter(({ isMandatory }) => isMandatory).length],
  ];
  const body: InsightsReport = {
    title: text(`Preview of ${report.stack}`, 400),
    details: text(detailsOf(report), 1_900),
    external_id: id,
    reporter: "Slipway",
    ...(report.run?.link && { link: report.run.link }),
    report_type: "TEST",
    result: report.code === 0 ? "PASSED" : "FAILED",
    data: fields.map(([title, value]) => ({ title, type: "NUMBER" as const, value })),
  };
  const annotations = [
    ...fromViolations(report),
    ...report.changes.map((change) => ofChange(change, report)),
  ];
  return {
    id,
    body,
    annotations: annotations
      .slice(0, most)
      .map((one, at): Annotation => ({ external_id: `${id}-${at}`, ...one })),
  };
}

function detailsOf({ code, errors, held, images, policiesLeftOut }: Report): string {
  const built = images.flatMap(({ service, next }) =>
    next.kind === "built" ? [`A new image of ${service} will be built from ${next.commit}.`] : [],
  );
  return [
    ...(code === 0 ? [] : [`The preview failed with exit code ${code}: ${errors.join(" ")}`]),
    ...(held.length > 0
      ? [
          `${held.length} of what is replaced or deleted hold data or an address, and stop an update that nobody approves.`,
        ]
      : []),
    ...built,
    ...(policiesLeftOut ? [`Policies: ${policiesLeftOut}.`] : []),
  ].join(" ");
}

type Untold = Omit<Annotation, "external_id">;

function fromViolations({ violations }: Report): Untold[] {
  return violations.map(({ policy, isMandatory, urn = "the stack", message }) => ({
    annotation_type: "VULNERABILITY",
    severity: isMandatory ? "CRITICAL" : "MEDIUM",
    summary: text(`${policy}: ${message}`, 400),
    details: text(urn, 1_900),
  }));
}

function ofChange({ kind, name, type, urn, properties }: Change, { held }: Report): Untold {
  const isLoss = kind === "replace" || kind === "delete";
  const isHeld = held.some((one) => one.urn === urn);
  const paths = properties.map(({ path, replaces }) => (replaces ? `${path} (forces it)` : path));
  const verb = { replace: "⚠ replace", delete: "⚠ delete", update: "change", create: "create" }[
    kind
  ];
  return {
    annotation_type: isLoss ? "BUG" : "CODE_SMELL",
    severity: isHeld ? "CRITICAL" : isLoss ? "HIGH" : "LOW",
    summary: text(`${verb} ${name} (${type})`, 400),
    details: text([urn, ...(kind === "create" ? [] : paths)].join(", "), 1_900),
  };
}

/** Plain text within a limit that leaves room for what says how much was left out. */
function text(words: string, limit: number): string {
  return oneLine(shortened(words, limit));
}
