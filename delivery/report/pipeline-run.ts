/** The run of a pipeline that a report comes from. */
export interface PipelineRun {
  /** The branch's own, never a merge that the host made of it; undefined where the host named none. */
  readonly commit: string | undefined;
  /** Higher in each later run of the same pipeline; undefined where the host named none. */
  readonly number: number | undefined;
  /** Where the host shows it. */
  readonly link: string | undefined;
}
