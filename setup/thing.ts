import type { Story, Told } from "./story.ts";

/** Says how far a step has come, in a few words. */
export type Progress = (text: string) => void;

/** One thing a machine may lack: how to see that it is there, and how to bring it if it is not. */
export interface Thing<T> {
  /** The name its line in the story begins with. */
  readonly title: string;
  /** What is there already, cheaply; undefined if it has to be brought. */
  find(): Promise<Told<T> | undefined>;
  /**
   * Brings it by the official way, else by packages; a `UserError` says how to mend it if neither works. It may be called by
   * several processes at once, and stops its commands when the signal says that the set-up has been given up.
   */
  bring(progress: Progress, signal: AbortSignal): Promise<Told<T>>;
}

/** Finds a thing or brings it, and tells it as one step of the story. */
export function have<T>(thing: Thing<T>, story: Story, signal: AbortSignal): Promise<T> {
  return story.step(
    thing.title,
    async (progress) => (await thing.find()) ?? (await thing.bring(progress, signal)),
  );
}
