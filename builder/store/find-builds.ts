import type { Build } from "../build.ts";
import type { Database } from "./database.ts";
import { groupCommit } from "./group-commit.ts";
import { BUILD_COLUMNS, type BuildRow, buildOf } from "./rows.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Finds builds by id, which no text but a UUID is; those that are asked for at once, in one query. */
export function findBuilds(database: Database): (id: string) => Promise<Build | undefined> {
  return groupCommit<string, Build | undefined>(
    { items: 200, bytes: 200, bytesOf: () => 1, keyOf: () => undefined, isOfOne: () => false },
    async (ids) => {
      const rows = await database.query<BuildRow>(
        `SELECT ${BUILD_COLUMNS} FROM builder.builds WHERE id IN (SELECT json_array_elements_text($1::json)::uuid)`,
        [JSON.stringify([...new Set(ids)].filter((id) => UUID.test(id)))],
      );
      const byId = new Map(rows.map((row) => [row.id, buildOf(row)]));
      return ids.map((id) => byId.get(id.toLowerCase()));
    },
  );
}
