// While one transaction is on its way, what comes in meanwhile waits together for the next one: fifty clients at once cost a few
// transactions, not fifty.

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** How much one transaction takes. */
export interface Fill<Item> {
  /** At most so many items. */
  readonly items: number;
  /** At most so many bytes, but for a single item. */
  readonly bytes: number;
  bytesOf(item: Item): number;
  /** Two items with the same key never share a transaction. */
  keyOf(item: Item): string | undefined;
  /** Whether a single item may be at fault: then each one is tried by itself, so that none pays for another. */
  isOfOne(error: unknown): boolean;
}

/**
 * Gathers single calls into groups.
 * @param commit does a whole group; its results are in the order of its items, an `Error` among them fails its item alone.
 */
export function groupCommit<Item, Result>(
  fill: Fill<Item>,
  commit: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let isCommitting = false;

  async function drain(): Promise<void> {
    isCommitting = true;
    // What the same turn of the event loop brings goes together.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const { group, rest } = split(waiting, fill);
      waiting = rest;
      await settle(group, fill, commit);
    }
    isCommitting = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isCommitting) drain();
    });
}

async function settle<Item, Result>(
  group: readonly Waiting<Item, Result>[],
  fill: Fill<Item>,
  commit: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>,
): Promise<void> {
  try {
    const results = await commit(group.map(({ item }) => item));
    for (const [index, { resolve, reject }] of group.entries()) {
      const result = results[index];
      if (result instanceof Error) reject(result);
      else resolve(result as Result);
    }
  } catch (error) {
    if (group.length > 1 && fill.isOfOne(error)) {
      for (const each of group) await settle([each], fill, commit);
    } else {
      for (const { reject } of group) reject(error);
    }
  }
}

function split<Item, Result>(
  waiting: readonly Waiting<Item, Result>[],
  fill: Fill<Item>,
): { group: Waiting<Item, Result>[]; rest: Waiting<Item, Result>[] } {
  const group: Waiting<Item, Result>[] = [];
  const rest: Waiting<Item, Result>[] = [];
  const keys = new Set<string>();
  let bytes = 0;
  for (const each of waiting) {
    const key = fill.keyOf(each.item);
    const size = fill.bytesOf(each.item);
    const isFull = group.length > 0 && (group.length >= fill.items || bytes + size > fill.bytes);
    if (isFull || (key !== undefined && keys.has(key))) {
      rest.push(each);
      continue;
    }
    group.push(each);
    bytes += size;
    if (key !== undefined) keys.add(key);
  }
  return { group, rest };
}
