import { openEngine } from "./open-engine.ts";
import type { Progress } from "./thing.ts";
import { type TransferEvent, transferText } from "./transfer.ts";

/** How long a registry may stay silent, in milliseconds, before it counts as out of reach. */
const SILENCE = 15_000;

/**
 * Pulls an image as `docker pull` does. Resolves with undefined on success, else with the reason: a machine without a way to
 * the registry is expected here, and has another way.
 */
export async function pullImage(
  host: string,
  name: string,
  progress: Progress,
  signal: AbortSignal,
  silence: number = SILENCE,
): Promise<string | undefined> {
  const quiet = new AbortController();
  const giveUp = (): void => quiet.abort(new Error(`no answer for ${silence / 1000} s`));
  let timer = setTimeout(giveUp, silence);
  try {
    const stream = await openEngine(host).pull(name, {
      abortSignal: AbortSignal.any([quiet.signal, signal]),
    });
    const layers = new Map<string, TransferEvent>();
    let pending = "";
    for await (const chunk of stream) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silence);
      const lines = (pending + String(chunk)).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines.filter((text) => text.trim())) {
        const event: TransferEvent = JSON.parse(line);
        if (event.error) return event.error;
        if (event.id) layers.set(event.id, event);
        progress(transferText(layers.values()));
      }
    }
    return undefined;
  } catch (error) {
    const reason = quiet.signal.aborted ? quiet.signal.reason : error;
    return reason instanceof Error ? reason.message : String(reason);
  } finally {
    clearTimeout(timer);
  }
}
