import { expect, test, vi } from "vitest";
import {
  type BridgedType,
  bridgedType,
} from "../../../../rehearsal/providers/bridge/bridged-type.ts";
import { block, list, set, text, whole } from "../../../../rehearsal/providers/bridge/schema.ts";
import { silentLog } from "../../../../rehearsal/providers/engine-log.ts";
import type { Autonaming, Call } from "../../../../rehearsal/providers/provider.ts";
import { type Properties, UNKNOWN } from "../../../../rehearsal/providers/values.ts";

const call: Call = {
  urn: "",
  preview: false,
  signal: new AbortController().signal,
  log: silentLog,
};
const preview = { ...call, preview: true };

const type = (more: Partial<BridgedType> = {}) =>
  bridgedType({
    schema: {
      name: text({ replaces: true }),
      size: whole(),
      zone: text({ computed: true, replaces: true }),
      mode: text({ default: "plain" }),
      keys: set(text(), { replaces: true }),
      ports: list(block({ internal: whole(), external: whole({ computed: true }) }), {
        replaces: true,
      }),
      address: text({ output: true }),
    },
    autonamed: true,
    deleteBeforeReplace: "explicit name",
    create: async (planned) => ({ id: "1", state: planned }),
    read: async (_id, state) => state,
    delete: async () => {},
    ...more,
  });

const check = async (news: Properties, olds?: Properties, autonaming?: Autonaming) =>
  (await type().check({ news, olds, name: "web", seed: Uint8Array.of(1), autonaming }, call))
    .inputs;
const diff = (state: Properties, news: Properties, ignoreChanges: string[] = []) =>
  type().diff({ id: "1", state, oldInputs: {}, news, ignoreChanges }, call);

test("a name is made of the program's and seven digits, the same for one seed, and kept", async () => {
  const first = await check({});
  expect(first).toMatchObject({
    __defaults: ["mode", "name"],
    name: expect.stringMatching(/^web-[0-9a-f]{7}$/),
  });
  expect(await check({})).toEqual(first);
  expect((await check({}, { __defaults: ["name"], name: "web-0000000" })).name).toBe("web-0000000");
  expect(await check({ name: "mine" }, first)).toEqual({
    __defaults: ["mode"],
    mode: "plain",
    name: "mine",
  });
});

test("the user's autonaming configuration is heeded", async () => {
  expect((await check({}, undefined, { mode: "propose", proposedName: "web-x" })).name).toBe(
    "web-x",
  );
  expect((await check({}, undefined, { mode: "disable", proposedName: "" })).name).toBeUndefined();
});

const state = {
  name: "n",
  size: 1,
  zone: "z",
  mode: "plain",
  keys: ["a", "b"],
  ports: [{ internal: 80, external: 4000 }],
  address: "here",
};

test.each<[string, Properties, Record<string, string>]>([
  ["nothing", { name: "n", size: 1, keys: ["b", "a"], ports: [{ internal: 80 }] }, {}],
  [
    "a property in place",
    { name: "n", size: 2, keys: ["a", "b"], ports: [{ internal: 80 }] },
    { size: "update" },
  ],
  [
    "what is taken out",
    { name: "n", ports: [{ internal: 80 }] },
    { size: "delete", keys: "delete-replace" },
  ],
  [
    "one item of a list",
    { name: "n", size: 1, keys: ["a", "b"], ports: [{ internal: 81 }] },
    { "ports[0].internal": "update-replace" },
  ],
  [
    "what is unknown",
    { name: UNKNOWN, size: 1, keys: ["a", "b"], ports: [{ internal: 80 }] },
    { name: "update-replace" },
  ],
])("the difference is %s", async (_title, news, changes) => {
  expect((await diff(state, news)).changes).toEqual(changes);
});

test("ignored changes are left out, with all that is inside of them", async () => {
  const news = { name: "n", size: 2, keys: ["a", "b"], ports: [{ internal: 81 }] };
  expect((await diff(state, news, ["ports"])).changes).toEqual({ size: "update" });
  expect((await diff(state, news, ["*"])).changes).toEqual({});
});

test("the old one goes first if the program named it", async () => {
  expect((await diff(state, { name: "n" })).deleteBeforeReplace).toBe(true);
  expect((await diff(state, { name: "n", __defaults: ["name"] })).deleteBeforeReplace).toBe(false);
});

test("a preview of a creation knows the inputs and the defaults, not what is filled in", async () => {
  expect(await type().create({ inputs: { name: "n" } }, preview)).toEqual({
    id: "",
    state: { name: "n", mode: "plain", zone: UNKNOWN, address: UNKNOWN },
  });
});

test("an update in place hands over what has changed, and its preview changes nothing", async () => {
  const update = vi.fn(async ({ planned }: { planned: Properties }) => planned);
  const inputs = { name: "n", size: 2, keys: ["a", "b"], ports: [{ internal: 80 }] };
  const planned = { ...state, size: 2 };
  const request = { id: "1", state, oldInputs: {}, inputs };
  expect(await type({ update }).update(request, preview)).toEqual(planned);
  expect(update).not.toHaveBeenCalled();
  await type({ update }).update(request, call);
  expect(update).toHaveBeenCalledWith({ id: "1", state, planned, changed: ["size"] }, call);
});

test("a refresh puts what has drifted into the inputs, no longer as a default", async () => {
  const now = { ...state, size: 9, mode: "drifted" };
  const inputs = {
    __defaults: ["mode", "name"],
    name: "n",
    size: 1,
    mode: "plain",
    keys: ["b", "a"],
    ports: [{ internal: 80 }],
  };
  const found = await type({ read: async () => now }).read({ id: "1", state, inputs }, call);
  expect(found).toEqual({
    id: "1",
    state: now,
    inputs: {
      __defaults: ["name"],
      name: "n",
      size: 9,
      mode: "drifted",
      keys: ["b", "a"],
      ports: [{ internal: 80 }],
    },
  });
});

test("what cannot be imported says so, and what is gone is gone", async () => {
  await expect(type().read({ id: "1", state: undefined, inputs: undefined }, call)).rejects.toThrow(
    "this type of resource cannot be imported",
  );
  expect(
    await type({ read: async () => undefined }).read({ id: "1", state, inputs: {} }, call),
  ).toBeUndefined();
});
