import type { Readable } from "node:stream";

// The engine's answers that come as one JSON record per line: builds, pulls and pushes.

/** One record; which keys it has depends on the call. */
export interface EngineRecord {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly aux?: unknown;
}

/** Reads the records as they come; the signal ends the stream, and with it the engine's work, with an error. */
export async function* readRecords(
  stream: Readable,
  signal: AbortSignal,
): AsyncGenerator<EngineRecord> {
  const end = (): void => {
    stream.destroy(new Error("cancelled"));
  };
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  try {
    let rest = "";
    stream.setEncoding("utf8");
    for await (const chunk of stream) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim()) yield JSON.parse(line);
    }
    if (rest.trim()) yield JSON.parse(rest);
  } finally {
    signal.removeEventListener("abort", end);
    stream.destroy();
  }
}
