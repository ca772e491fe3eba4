import type { Settings } from "../settings.ts";
import type { Database } from "./database.ts";
import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";
import { applySchema } from "./schema.ts";

/**
 * Opens the database that the settings name and brings its tables up to date.
 * @throws UserError where it cannot be opened: taken by another process, unreachable, made by a newer builder.
 */
export async function openDatabase(
  settings: Pick<Settings, "databaseUrl" | "folder">,
): Promise<Database> {
  const { databaseUrl, folder } = settings;
  const database = await (databaseUrl === undefined
    ? openPglite(folder)
    : openPostgres(databaseUrl));
  try {
    await applySchema(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
