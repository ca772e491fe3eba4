import { patiently, pauseAfter, RefusedError, type Wait } from "./patience.ts";

/** A comment on a pull request, as far as it matters here. */
export interface Comment {
  readonly id: string;
  readonly text: string;
  /** Whether it may be ours: written by who we are, as far as the host tells who that is. */
  readonly mayBeOurs: boolean;
}

/** The comments of one pull request. */
export interface Comments {
  /** From the first to the last, over all pages, without those that were deleted. */
  list(): AsyncIterable<Comment>;
  create(text: string): Promise<void>;
  /** Writes a comment anew. */
  update(id: string, text: string): Promise<void>;
}

/** What became of our comment; `kept` where one of a newer run is there. */
export type Done = "created" | "updated" | "kept";

export interface OwnCommentOptions {
  /** The number of the run that wrote such a comment, 0 where it names none; undefined for any other. */
  readonly runIn: (text: string) => number | undefined;
  /** The number of this run; undefined where that is not known, and then it counts as the newest. */
  readonly run: number | undefined;
  readonly wait: Wait;
}

/**
 * Writes our one comment: anew where it is there already, else for the first time. Ours is one that `runIn` knows and that is
 * written by us; somebody else's copy of it is left alone. One of a newer run stays.
 * @throws RefusedError when the host refuses.
 */
export async function writeOwnComment(
  comments: Comments,
  text: string,
  options: OwnCommentOptions,
): Promise<Done> {
  for (let attempt = 1; ; attempt++) {
    // Looked for before each try: a creation that seems to have failed may be there all the same.
    const done = await rewritten(comments, text, options);
    if (done !== undefined) return done;
    try {
      await comments.create(text);
      return "created";
    } catch (error) {
      await pauseAfter(error, attempt, options.wait);
    }
  }
}

/** Writes all of ours anew: two first runs at once leave two, and one of them would stay as it is for ever. */
async function rewritten(
  comments: Comments,
  text: string,
  { runIn, run = Number.POSITIVE_INFINITY, wait }: OwnCommentOptions,
): Promise<Done | undefined> {
  const ours: string[] = [];
  for await (const { id, text: written, mayBeOurs } of comments.list()) {
    const writer = mayBeOurs ? runIn(written) : undefined;
    if (writer === undefined) continue;
    if (writer > run) return "kept";
    ours.push(id);
  }
  let done: Done | undefined;
  for (const id of ours) {
    if (await isUpdated(comments, id, text, wait)) done = "updated";
  }
  return done;
}

/** Not ours after all, where the host forbids it: nobody may write another's comment anew. Or it has just been deleted. */
async function isUpdated(comments: Comments, id: string, text: string, wait: Wait) {
  try {
    await patiently(() => comments.update(id, text), wait);
    return true;
  } catch (error) {
    const isRefusal = error instanceof RefusedError && !error.isPassing;
    if (isRefusal && [403, 404, 410].includes(error.status ?? 0)) return false;
    throw error;
  }
}
