import type { Journal } from "../journal.ts";
import type { Database, Queries } from "../store/database.ts";
import type { ImageBuilder } from "./steps.ts";

// Images between build and push are kept on the worker's own machine. The table says which ones, so that they are let go of
// whatever ends in between: the push, the build, the worker.

/** Images whose push failed are kept for a retry: so long, and so many. */
const KEPT = "3 days";
const MOST_KEPT = 50;

/** How often what is not wanted is let go of, in milliseconds. */
const SWEEP_EVERY = 5_000;

export interface Images {
  /**
   * This process works with an image from now on: it is not let go of meanwhile, whatever the table says. Waits where it is being
   * let go of right now; whether it is still there has to be looked at afterwards.
   */
  hold(digest: string): Promise<void>;
  release(digest: string): void;
  /** Remembers, with the transaction that records the build, that this worker keeps its image. */
  record(queries: Queries, build: string, digest: string): Promise<void>;
  /** Nobody wants an image that was built and never recorded. Never throws. */
  abandon(build: string, digest: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the images of a worker that does not build yet. */
export async function openImages(
  database: Database,
  builder: ImageBuilder,
  worker: string,
  journal: Journal,
): Promise<Images> {
  const held = new Map<string, number>();
  const going = new Map<string, Promise<void>>();
  let sweeping: Promise<void> | undefined;

  async function sweep(): Promise<void> {
    await dropOld(database, worker);
    const rows = await database.query<{ build: string; digest: string }>(
      `SELECT build, digest FROM builder.images WHERE worker = $1 AND NOT is_wanted
         AND digest NOT IN (SELECT digest FROM builder.images WHERE is_wanted)`,
      [worker],
    );
    for (const { build, digest } of rows) {
      if (held.has(digest)) continue;
      const forgetting = builder.forget(digest, build).finally(() => going.delete(digest));
      going.set(digest, forgetting);
      await forgetting;
      await database.query(
        "DELETE FROM builder.images WHERE worker = $1 AND build = $2 AND digest = $3 AND NOT is_wanted",
        [worker, build, digest],
      );
    }
  }

  /** A worker that was killed may have kept images that no table knows. Nothing is built yet. */
  async function dropUnknown(): Promise<void> {
    const rows = await database.query<{ image: string }>(
      "SELECT build || ' ' || digest AS image FROM builder.images",
    );
    const known = new Set(rows.map(({ image }) => image));
    for (const { digest, build } of (await builder.kept?.()) ?? []) {
      if (!known.has(`${build} ${digest}`)) await builder.forget(digest, build);
    }
  }

  function kick(): void {
    sweeping ??= sweep()
      .catch((error) => journal.warn({ err: error }, "images are not let go of yet"))
      .finally(() => {
        sweeping = undefined;
      });
  }

  await dropUnknown();
  const timer = setInterval(kick, SWEEP_EVERY);
  kick();
  return {
    async hold(digest) {
      held.set(digest, (held.get(digest) ?? 0) + 1);
      await going.get(digest)?.catch(() => {});
    },
    release(digest) {
      const others = (held.get(digest) ?? 1) - 1;
      if (others === 0) held.delete(digest);
      else held.set(digest, others);
    },
    async record({ query }, build, digest) {
      await query(
        `INSERT INTO builder.images (worker, build, digest) VALUES ($1, $2, $3)
         ON CONFLICT (worker, build, digest) DO UPDATE SET is_wanted = true, since = now()`,
        [worker, build, digest],
      );
    },
    async abandon(build, digest) {
      try {
        await database.query(
          `INSERT INTO builder.images (worker, build, digest, is_wanted) VALUES ($1, $2, $3, false)
           ON CONFLICT DO NOTHING`,
          [worker, build, digest],
        );
      } catch (error) {
        journal.warn({ err: error, build, digest }, "an image stays in its folder");
      }
    },
    async close() {
      clearInterval(timer);
      await sweeping;
      kick();
      await sweeping;
    },
  };
}

/** Of the images that wait for a retry of their push, the newest are kept, for some days. */
async function dropOld({ query }: Queries, worker: string): Promise<void> {
  await query(
    `WITH waiting AS (
       SELECT i.build, i.digest, i.since, row_number() OVER (ORDER BY i.since DESC) AS place
       FROM builder.images i LEFT JOIN builder.builds b ON b.id = i.build
       WHERE i.worker = $1 AND i.is_wanted AND (b.id IS NULL OR b.state IN ('failed', 'cancelled'))
     ), dropped AS (
       UPDATE builder.images i SET is_wanted = false FROM waiting w
       WHERE i.worker = $1 AND i.build = w.build AND i.digest = w.digest
         AND (w.place > $2 OR w.since < now() - interval '${KEPT}')
       RETURNING i.build
     )
     UPDATE builder.builds SET held_by = NULL, held_digest = NULL
     WHERE id IN (SELECT build FROM dropped) AND held_by = $1 AND state IN ('failed', 'cancelled')`,
    [worker, MOST_KEPT],
  );
}
