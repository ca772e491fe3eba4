import { stripVTControlCharacters } from "node:util";
import type { Log } from "../provider.ts";
import { decodeTrace } from "./buildkit-trace.ts";

// What a build tells while it runs, and what it leaves behind when a step fails.

/** How many lines of a failed step's output are shown. */
const LAST_LINES = 20;

/** Commands may print faster than anybody reads. */
const OUTPUT_EVERY_MS = 100;

/** Follows one build. */
export interface BuildProgress {
  /** A BuildKit trace, in base64. */
  trace(aux: string): void;
  /** A line of the classic builder. */
  line(text: string): void;
  /** The builder's error with the step that failed and the last lines that it printed. */
  explain(error: string): string;
}

/** Tells each step, such as "[base 3/7] RUN …", once it starts; "(cached)" when it was not run at all. */
export function buildProgress(log: Log): BuildProgress {
  const names = new Map<string, string>();
  const outputs = new Map<string, string>();
  const told = new Set<string>();
  let failed: string | undefined;
  let outputAt = Number.NEGATIVE_INFINITY;
  const tell = (text: string): void => {
    if (!told.has(text)) log.progress(text);
    told.add(text);
  };
  return {
    trace(aux) {
      const { steps, lines } = decodeTrace(aux);
      for (const step of steps) {
        names.set(step.digest, step.name);
        if (step.error && !step.error.includes("context canceled")) failed = step.digest;
        if (step.name.startsWith("[internal]")) continue;
        if (step.cached) tell(`${step.name} (cached)`);
        else if (step.started && !step.completed) tell(step.name);
      }
      for (const { step, text } of lines) {
        outputs.set(step, (outputs.get(step) ?? "").slice(-100_000) + text);
        const last = lastLines(text, 1)[0];
        if (!last || performance.now() - outputAt < OUTPUT_EVERY_MS) continue;
        outputAt = performance.now();
        log.progress(`${names.get(step) ?? ""}: ${last}`);
      }
    },
    line(text) {
      outputs.set("", (outputs.get("") ?? "").slice(-100_000) + text);
      if (text.startsWith("Step ")) {
        names.set("", text.trim());
        outputs.set("", "");
        tell(text.trim());
      }
    },
    explain(error) {
      const step = failed ?? "";
      const lines = lastLines(outputs.get(step) ?? "", LAST_LINES);
      const name = names.get(step);
      return [
        error,
        ...(name ? [`failed step: ${name}`] : []),
        ...lines.map((line) => `  ${line}`),
      ].join("\n");
    },
  };
}

function lastLines(output: string, count: number): string[] {
  const lines = stripVTControlCharacters(output).split(/\r?\n/);
  // A carriage return overwrites the line, as progress bars do: only what was left of it counts.
  const shown = lines
    .map((line) => line.slice(line.lastIndexOf("\r") + 1).trimEnd())
    .filter((line) => line !== "");
  return shown.slice(-count);
}
