/** A resource that breaks a policy. */
export interface Violation {
  readonly policy: string;
  /** Whether it stops an update. */
  readonly isMandatory: boolean;
  /** Of the resource; undefined where the policy speaks of the whole stack. */
  readonly urn: string | undefined;
  readonly message: string;
}

/** Finds the policies' words in the log of Pulumi's engine: one JSON object a line. `pulumi preview --json` leaves them out. */
export function violationsIn(log: string): Violation[] {
  return log.split("\n").flatMap((line) => {
    if (!line.includes('"policyEvent"')) return [];
    const { policyEvent: event } = parsed(line);
    if (event === undefined || event.enforcementLevel === "none") return [];
    return [
      {
        policy: `${event.policyPackName ?? ""}/${event.policyName ?? ""}`,
        isMandatory: event.enforcementLevel === "mandatory",
        urn: event.resourceUrn,
        // The colours of a terminal, as Pulumi writes them.
        message: (event.message ?? "").replace(/<\{%[^%]*%\}>/g, "").trim(),
      },
    ];
  });
}

interface PolicyEvent {
  readonly resourceUrn?: string;
  readonly message?: string;
  readonly policyName?: string;
  readonly policyPackName?: string;
  readonly enforcementLevel?: string;
}

function parsed(line: string): { policyEvent?: PolicyEvent } {
  try {
    return JSON.parse(line) as { policyEvent?: PolicyEvent };
  } catch {
    // The last line of a log that was cut short.
    return {};
  }
}
