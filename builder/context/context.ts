/** What is built from, as it is stored: a tar that has been checked, made anew from what was let in, gzipped, in parts. */
export interface Context {
  /** Bytes of at most 1 MiB each. */
  readonly parts: readonly Buffer[];
  /** Of the files' content, in bytes. */
  readonly bytes: number;
  readonly files: number;
}
