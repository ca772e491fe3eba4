import type { Journal } from "../../builder/journal.ts";

/** Keeps what is said, for a test to look at. */
export interface KeptJournal extends Journal {
  readonly said: { readonly level: "info" | "warn" | "error"; readonly text: string }[];
}

export function keepJournal(): KeptJournal {
  const said: KeptJournal["said"] = [];
  return {
    said,
    info: (_facts, text) => void said.push({ level: "info", text }),
    warn: (_facts, text) => void said.push({ level: "warn", text }),
    error: (_facts, text) => void said.push({ level: "error", text }),
  };
}
