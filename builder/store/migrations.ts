// The tables. A migration that has been released is never changed; what is new is another one at the end.

/**
 * `builds` has one row for each order. A worker's writes to it name the attempt that the worker has: once another worker has begun
 * the next attempt, they find no row.
 */
const BUILDS = `
CREATE TABLE builder.builds (
  id uuid PRIMARY KEY,
  number int GENERATED ALWAYS AS IDENTITY UNIQUE,
  client text NOT NULL,
  "order" jsonb NOT NULL,
  reference text NOT NULL,
  context_parts int NOT NULL,
  state text NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'building', 'pushing', 'succeeded', 'failed', 'cancelled')),
  step text NOT NULL DEFAULT 'build' CHECK (step IN ('build', 'push')),
  attempt int NOT NULL DEFAULT 0,
  digest text,
  error text,
  is_cancelling boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  queued_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- The job of the queue that works for it; all others are left-overs.
  queue text NOT NULL,
  job uuid NOT NULL,
  -- Who has the attempt that runs, and until when nobody may take it over.
  worker text,
  lease_until timestamptz,
  -- Attempts that were lost since it was queued.
  lost int NOT NULL DEFAULT 0,
  -- The worker that keeps the image between build and push, and which one it is.
  held_by text,
  held_digest text
);
CREATE INDEX builds_of_client ON builder.builds (client, number);
CREATE INDEX builds_in_state ON builder.builds (state, number);
CREATE INDEX builds_waiting ON builder.builds (client) WHERE state = 'queued';
CREATE INDEX builds_running ON builder.builds (client) WHERE state IN ('building', 'pushing');
CREATE INDEX builds_finished ON builder.builds (finished_at) WHERE finished_at IS NOT NULL;
ALTER TABLE builder.builds SET (fillfactor = 80);
`;

const ATTEMPTS = `
CREATE TABLE builder.attempts (
  build uuid NOT NULL REFERENCES builder.builds ON DELETE CASCADE,
  number int NOT NULL,
  worker text NOT NULL,
  state text NOT NULL
    CHECK (state IN ('building', 'pushing', 'succeeded', 'failed', 'cancelled', 'lost')),
  first_step text NOT NULL CHECK (first_step IN ('build', 'push')),
  digest text,
  error text,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (build, number)
);
CREATE TABLE builder.log_lines (
  build uuid NOT NULL REFERENCES builder.builds ON DELETE CASCADE,
  seq int NOT NULL,
  attempt int NOT NULL,
  at timestamptz NOT NULL,
  stream text NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (build, seq)
);
`;

const CONTEXTS = `
CREATE TABLE builder.context_parts (
  build uuid NOT NULL REFERENCES builder.builds ON DELETE CASCADE,
  part int NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (build, part)
);
-- They are gzipped already.
ALTER TABLE builder.context_parts ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE TABLE builder.idempotency_keys (
  client text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  build uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (client, key)
);
`;

/** `images` says what a worker keeps on its own machine; the row goes once the image has gone. */
const WORKERS = `
CREATE TABLE builder.workers (
  name text PRIMARY KEY,
  instance uuid NOT NULL,
  folder uuid NOT NULL,
  heartbeat_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE builder.images (
  worker text NOT NULL,
  build uuid NOT NULL,
  digest text NOT NULL,
  is_wanted boolean NOT NULL DEFAULT true,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (worker, build, digest)
);
CREATE INDEX images_of_build ON builder.images (build);
`;

/** In their order; the first one makes version 1. */
export const MIGRATIONS: readonly string[] = [BUILDS + ATTEMPTS + CONTEXTS + WORKERS];
