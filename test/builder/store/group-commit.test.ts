import { expect, test } from "vitest";
import { groupCommit } from "../../../builder/store/group-commit.ts";

/** Commits groups that a test lets through one by one. */
function gate(isOfOne: (error: unknown) => boolean = () => false) {
  const groups: string[][] = [];
  const open: (() => void)[] = [];
  const call = groupCommit<string, string>(
    {
      items: 3,
      bytes: 10,
      bytesOf: (item) => item.length,
      keyOf: (item) => (item.startsWith("key") ? "key" : undefined),
      isOfOne,
    },
    async (items) => {
      groups.push([...items]);
      await new Promise<void>((resolve) => open.push(resolve));
      if (items.includes("bad")) throw new Error("bad");
      return items.map((item) => (item === "no" ? new Error("no") : item.toUpperCase()));
    },
  );
  return { groups, call, next: () => open.shift()?.() };
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test("what comes while a group is on its way goes together, as much as fits", async () => {
  const { groups, call, next } = gate();
  const results = Promise.all(["a", "b"].map(call));
  await turn();
  const later = Promise.all(["c", "d", "e", "f", "aVeryLongOne", "g"].map(call));
  expect(groups).toEqual([["a", "b"]]);
  for (let round = 0; round < 4; round++) {
    next();
    await turn();
  }
  next();
  expect(await results).toEqual(["A", "B"]);
  expect(await later).toEqual(["C", "D", "E", "F", "AVERYLONGONE", "G"]);
  expect(groups).toEqual([["a", "b"], ["c", "d", "e"], ["f", "g"], ["aVeryLongOne"]]);
});

test("items with one key go one after the other", async () => {
  const { groups, call, next } = gate();
  const results = Promise.all(["key1", "key2", "a"].map(call));
  await turn();
  next();
  await turn();
  next();
  await results;
  expect(groups).toEqual([["key1", "a"], ["key2"]]);
});

test("an error among the results fails its item alone", async () => {
  const { call, next } = gate();
  const results = Promise.allSettled(["a", "no"].map(call));
  await turn();
  next();
  expect((await results).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
});

test.each([
  [false, ["rejected", "rejected"], [["a", "bad"]]],
  [true, ["fulfilled", "rejected"], [["a", "bad"], ["a"], ["bad"]]],
])("where one may be at fault (%s), each is tried by itself", async (isOfOne, states, tried) => {
  const { groups, call, next } = gate(() => isOfOne);
  const results = Promise.allSettled(["a", "bad"].map(call));
  for (let round = 0; round < 3; round++) {
    await turn();
    next();
  }
  expect((await results).map(({ status }) => status)).toEqual(states);
  expect(groups).toEqual(tried);
});
