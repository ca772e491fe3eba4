import { mkdir, rm } from "node:fs/promises";
import { unpackContext } from "../context/unpack.ts";
import type { Database } from "../store/database.ts";
import type { Claim } from "./claim.ts";
import { StepFailed } from "./steps.ts";

/**
 * Unpacks a build's stored context into a folder that is made anew.
 * @throws StepFailed where it is no longer kept.
 */
export async function unpackStored(
  database: Database,
  claim: Pick<Claim, "build" | "number" | "contextParts">,
  folder: string,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await unpackContext(storedParts(database, claim), folder, claim.number % 1_000_000);
}

async function* storedParts(
  { query }: Database,
  { build, contextParts }: Pick<Claim, "build" | "contextParts">,
): AsyncGenerator<Buffer> {
  for (let part = 0; part < contextParts; part++) {
    const [row] = await query<{ content: Uint8Array }>(
      "SELECT content FROM builder.context_parts WHERE build = $1 AND part = $2",
      [build, part],
    );
    if (row === undefined) {
      throw new StepFailed("context: it is no longer kept after so many days; upload it again");
    }
    yield Buffer.from(row.content);
  }
}
