import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { openEngine } from "./open-engine.ts";

/**
 * Builds an image from files given by name, with the engine's classic builder, which needs no session. Returns the reason if it
 * fails.
 */
export async function buildImage(
  host: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const engine = openEngine(host);
  const context = pack();
  for (const [file, text] of Object.entries(files)) context.entry({ name: file }, text);
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
