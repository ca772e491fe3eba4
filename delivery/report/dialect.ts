/** How a host reads Markdown, and how much of it. */
export interface Dialect {
  /** Whether parts can be folded with HTML, and Mermaid is drawn. */
  readonly folds: boolean;
  /** The longest text, in characters. */
  readonly limit: number;
}

/** A comment on GitHub, which answers "maximum is 65536 characters" to a longer one. */
export const onGitHub: Dialect = { folds: true, limit: 65_536 };

/** The summary of a job on GitHub: 1 MiB a step, of up to three bytes a character. */
export const inSummary: Dialect = { folds: true, limit: 300_000 };

/** A comment on Bitbucket, which takes fewer than 32,768 characters and shows HTML as it is written. */
export const onBitbucket: Dialect = { folds: false, limit: 32_767 };

/** A terminal, a step's log, or a file. */
export const inText: Dialect = { folds: false, limit: 1_000_000 };
