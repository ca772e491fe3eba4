import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { openEngine } from "./open-engine.ts";

/** A file that is not text, or that is to be run. */
export interface ContextFile {
  readonly content: Buffer;
  readonly mode: number;
}

/**
 * Builds an image from files given by name, with the engine's classic builder, which needs no session. Returns the reason if it
 * fails.
 */
export async function buildImage(
  host: string,
  name: string,
  files: Readonly<Record<string, string | ContextFile>>,
): Promise<string | undefined> {
  const engine = openEngine(host);
  const context = pack();
  for (const [name, file] of Object.entries(files)) {
    if (typeof file === "string") context.entry({ name }, file);
    else context.entry({ name, mode: file.mode }, file.content);
  }
  context.finalize();
  try {
    const stream = await engine.buildImage(Readable.from(context), {
      t: name,
      rm: true,
      forcerm: true,
      version: "1",
    });
    await new Promise<void>((resolve, reject) =>
      engine.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
    );
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
