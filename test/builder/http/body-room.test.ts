import { expect, test } from "vitest";
import { BodyRoom } from "../../../builder/http/body-room.ts";

const MIB = 2 ** 20;
const ofClient = "client: sends too much at once; send it again once the rest has come in";
const ofAll = "body: too much is coming in at once; send it again in a moment";

test("large bodies have room for four of the largest, two for each client", () => {
  const room = new BodyRoom(2 * MIB);
  const give = room.take("ann", 2 * MIB);
  room.take("ann", 2 * MIB);
  expect(() => room.take("ann", 2 * MIB)).toThrow(ofClient);
  room.take("bob", 2 * MIB);
  room.take("bob", 2 * MIB);
  expect(() => room.take("eve", 2 * MIB)).toThrow(ofAll);
  give();
  room.take("eve", 2 * MIB);
  expect(() => room.take("eve", 2 * MIB)).toThrow(ofAll);
});

test("small bodies have room of their own, as much for each client as its half", () => {
  const room = new BodyRoom(2 * MIB);
  for (const name of ["ann", "ann", "bob", "bob"]) room.take(name, 2 * MIB);
  const give = [1, 2, 3, 4].map(() => room.take("ann", MIB));
  expect(() => room.take("ann", 1)).toThrow(ofClient);
  room.take("bob", 1);
  give[0]?.();
  room.take("ann", MIB);
  expect(() => room.take("ann", 1)).toThrow(ofClient);
});
