import { afterEach, expect, test, vi } from "vitest";
import type { Queue } from "../../../builder/queue/queue.ts";
import type { ToldChange } from "../../../builder/store/changes.ts";
import type { Database } from "../../../builder/store/database.ts";
import { Cancelled, keepLease, type Lease, LeaseLost } from "../../../builder/work/lease.ts";
import { keepJournal } from "../kept-journal.ts";

let lease: Lease | undefined;
afterEach(() => {
  lease?.close();
  vi.useRealTimers();
});

/** A lease of 20 s, on a database that answers a sign of life as told; what others tell it comes by `tell`. */
function keep(answer: () => Promise<object[]>) {
  vi.useFakeTimers();
  let tell = (_change: ToldChange) => {};
  const signs: number[] = [];
  const since = performance.now();
  lease = keepLease({
    database: {
      query: () => {
        signs.push(Math.round((performance.now() - since) / 1_000));
        return answer();
      },
    } as unknown as Database,
    queue: { touch: async () => {} } as unknown as Queue,
    changes: {
      hear(heard) {
        tell = heard;
        return () => {};
      },
      close: async () => {},
    },
    journal: keepJournal(),
    job: { queue: "builds", id: "job", data: {}, createdAt: new Date() },
    build: "build",
    attempt: 1,
    since,
  });
  return {
    signal: lease.signal,
    confirm: lease.confirm,
    signs,
    tell: (change: ToldChange) => tell(change),
  };
}

test("a lease is kept by a sign of life every three seconds", async () => {
  const { signal, signs } = keep(async () => [{ is_cancelling: false }]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(signal.aborted).toBe(false);
  expect(signs).toEqual(Array.from({ length: 20 }, (_, index) => 3 * (index + 1)));
});

test.each([
  ["refuses", () => Promise.reject(new Error("away"))],
  ["never answers", () => new Promise<never>(() => {})],
])(
  "where the database %s, the step is aborted before anybody may take over",
  async (_how, answer) => {
    const { signal } = keep(answer);
    await vi.advanceTimersByTimeAsync(14_900);
    expect(signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(signal.reason).toBeInstanceOf(LeaseLost);
  },
);

test("where another attempt has begun, the step is aborted", async () => {
  const { signal } = keep(async () => []);
  await vi.advanceTimersByTimeAsync(3_100);
  expect(signal.reason).toBeInstanceOf(LeaseLost);
});

test("a cancel is heard at once, and only of the lease's own build", async () => {
  const { signal, signs, tell } = keep(async () => [{ is_cancelling: true }]);
  const change = { client: "ann", what: "state", isCancelling: true } as const;
  tell({ ...change, build: "other" });
  await vi.advanceTimersByTimeAsync(1);
  expect([signal.aborted, signs]).toEqual([false, []]);
  tell({ ...change, build: "build" });
  await vi.advanceTimersByTimeAsync(1);
  expect(signal.reason).toBeInstanceOf(Cancelled);
});

test("a confirmation asks at once, until the database has answered", async () => {
  let isAway = true;
  const { signal, signs, confirm } = keep(async () => {
    if (isAway) throw new Error("away");
    return [{ is_cancelling: false }];
  });
  const confirmed = confirm();
  await vi.advanceTimersByTimeAsync(600);
  isAway = false;
  await vi.advanceTimersByTimeAsync(500);
  await confirmed;
  expect([signal.aborted, signs]).toEqual([false, [0, 1, 1]]);
});

test.each([
  ["another attempt has begun", async () => [], LeaseLost],
  ["the build is cancelled", async () => [{ is_cancelling: true }], Cancelled],
  ["the database never answers", () => new Promise<never>(() => {}), LeaseLost],
])("nothing is confirmed where %s", async (_why, answer, reason) => {
  const { confirm } = keep(answer);
  const confirmed = expect(confirm()).rejects.toThrow(reason);
  await vi.advanceTimersByTimeAsync(15_100);
  await confirmed;
});
