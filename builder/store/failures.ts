// What a failed statement says of the database: by SQLSTATE, Node.js's code or the client's own words.

/** Data that the database cannot hold, and rows that it does not allow. */
const REFUSING = /^2[23]/;

/** A connection that was ended or never made. */
const AWAY = /^(?:57P0[123]|08\w{3}|ECONNREFUSED|ECONNRESET|EPIPE)$/;
const AWAY_WORDS =
  /^(?:Connection terminated|Client has encountered a connection error|timeout ex(?:ceeded|pired))/;

/** Whether the database refuses what it was given, so that it would refuse it every time. */
export function isRefused(error: unknown): boolean {
  return REFUSING.test(codeOf(error));
}

/** Whether the database was not there. */
export function isDatabaseAway(error: unknown): error is Error {
  return error instanceof Error && (AWAY.test(codeOf(error)) || AWAY_WORDS.test(error.message));
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | undefined)?.code ?? "";
}
