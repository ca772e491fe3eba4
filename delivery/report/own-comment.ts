import { patiently, RefusedError, type Wait } from "./patience.ts";

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

/**
 * Writes our one comment: anew where it is there already, else for the first time. Ours begins with the marker and is
 * written by us; somebody else's copy of it is left alone.
 * @throws RefusedError when the host refuses.
 */
export function writeOwnComment(
  comments: Comments,
  text: string,
  { marker, wait }: { readonly marker: string; readonly wait: Wait },
): Promise<"created" | "updated"> {
  // Again from the beginning: a creation that seems to have failed may be there all the same.
  return patiently(async () => {
    for await (const comment of comments.list()) {
      if (!comment.mayBeOurs || comment.text.split(/\r?\n/, 1)[0]?.trimEnd() !== marker) continue;
      if (await isUpdated(comments, comment.id, text, wait)) return "updated";
    }
    await comments.create(text);
    return "created";
  }, wait);
}

/** Not ours after all, where the host forbids it: nobody may write another's comment anew. Or it has just been deleted. */
async function isUpdated(comments: Comments, id: string, text: string, wait: Wait) {
  try {
    await patiently(() => comments.update(id, text), wait);
    return true;
  } catch (error) {
    if (error instanceof RefusedError && [403, 404, 410].includes(error.status ?? 0)) return false;
    throw error;
  }
}
