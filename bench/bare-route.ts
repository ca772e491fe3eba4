import { randomUUID } from "node:crypto";
import { PGlite } from "@electric-sql/pglite";
import fastify from "fastify";
import pg from "pg";

/**
 * `DATABASE=… PORT=… node bench/bare-route.ts`: the least that a route can do which stores what it is sent, on the same Fastify and
 * database as the builder. The database is the address of a Postgres or a folder for PGlite.
 */

interface Row {
  readonly image_name: string;
  readonly image_tag: string;
  readonly dockerfile: string;
}

const { DATABASE = "", PORT } = process.env;
const insert = await openInsert(DATABASE);
const app = fastify();
app.post<{ Body: Row }>("/rows", async ({ body }) => {
  const id = randomUUID();
  await insert([id, body.image_name, body.image_tag, body.dockerfile]);
  return { id };
});
app.get("/healthz", async () => ({}));
await app.listen({ host: "127.0.0.1", port: Number(PORT) });
process.once("SIGTERM", () => process.exit());

async function openInsert(where: string): Promise<(values: string[]) => Promise<unknown>> {
  const table =
    "create table if not exists bare (id uuid primary key, name text, tag text, dockerfile text)";
  const row = "insert into bare (id, name, tag, dockerfile) values ($1, $2, $3, $4)";
  if (/^postgres/.test(where)) {
    const pool = new pg.Pool({ connectionString: where });
    await pool.query(table);
    return (values) => pool.query(row, values);
  }
  const pglite = await PGlite.create(where);
  await pglite.exec(table);
  return (values) => pglite.query(row, values);
}
