import { expect, test } from "vitest";
import { checkInputs } from "../../../../rehearsal/providers/bridge/check.ts";
import {
  block,
  decimal,
  flag,
  list,
  map,
  text,
  whole,
} from "../../../../rehearsal/providers/bridge/schema.ts";
import { UNKNOWN } from "../../../../rehearsal/providers/values.ts";

const schema = {
  image: text({ required: true }),
  start: flag({ default: true }),
  tty: flag({ default: false }),
  memory: whole({ refuses: (value) => (Number(value) < 0 ? "is negative" : undefined) }),
  weight: decimal(),
  tags: map(),
  ports: list(block({ internal: whole({ required: true }), protocol: text({ default: "tcp" }) })),
  id: text({ output: true }),
};

test("defaults that are true are given, and listed at each level", () => {
  expect(checkInputs(schema, { image: "a", ports: [{ internal: 80 }] }, undefined)).toEqual({
    failures: [],
    inputs: {
      __defaults: ["start"],
      image: "a",
      start: true,
      ports: [{ __defaults: ["protocol"], internal: 80, protocol: "tcp" }],
    },
  });
});

test("a default of the last inputs is given again, false ones too", () => {
  const olds = { __defaults: ["tty", "start"], image: "a", start: false, tty: false };
  expect(checkInputs(schema, { image: "a" }, olds).inputs).toEqual({
    __defaults: ["start", "tty"],
    image: "a",
    start: false,
    tty: false,
  });
});

test("scalars are taken in each other's clothes, unknown values as they are", () => {
  const news = {
    image: 7,
    start: "false",
    memory: "64",
    weight: "1.5",
    tags: { a: true },
    ports: UNKNOWN,
  };
  expect(checkInputs(schema, news, undefined)).toEqual({
    failures: [],
    inputs: {
      __defaults: [],
      image: "7",
      start: false,
      memory: 64,
      weight: 1.5,
      tags: { a: "true" },
      ports: UNKNOWN,
    },
  });
});

test.each([
  ["a required property", {}, [{ property: "image", reason: "required, but missing" }]],
  [
    "a required property inside",
    { image: "a", ports: [{}] },
    [{ property: "ports[0].internal", reason: "required, but missing" }],
  ],
  ["a rule", { image: "a", memory: -1 }, [{ property: "memory", reason: "is negative" }]],
  [
    "a list that is none",
    { image: "a", ports: "80" },
    [{ property: "ports", reason: 'expected a list, got string "80"' }],
  ],
  [
    "a number that is none",
    { image: "a", memory: "much" },
    [{ property: "memory", reason: 'expected a whole number, got string "much"' }],
  ],
  [
    "an output",
    { image: "a", id: "x" },
    [
      {
        property: "id",
        reason: "not a property of this; it has image, start, tty, memory, weight, tags, ports",
      },
    ],
  ],
  [
    "an unknown property inside",
    { image: "a", ports: [{ internal: 1, name: "x" }] },
    [{ property: "ports[0].name", reason: "not a property of this; it has internal, protocol" }],
  ],
])("%s is refused by its path", (_title, news, failures) => {
  expect(checkInputs(schema, news, undefined).failures).toEqual(failures);
});
