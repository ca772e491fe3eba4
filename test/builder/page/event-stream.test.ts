import { expect, test } from "vitest";
import { eventReader } from "./modules.ts";

const STREAM =
  ': hello\n\nretry: 2000\n\nid: 7\nevent: line\ndata: {"a":1}\n\n' +
  "data: first\ndata:second\n\nevent: end\r\ndata: {}\r\n\r\nevent: none\n\ndata: cut off";

const EVENTS = [
  { event: "line", data: '{"a":1}', id: "7" },
  { event: "message", data: "first\nsecond", id: "7" },
  { event: "end", data: "{}", id: "7" },
];

function read(...pieces: string[]) {
  const heard: object[] = [];
  const take = eventReader((event) => heard.push(event));
  for (const piece of pieces) take(piece);
  return heard;
}

test("events are read out of their stream", () => {
  expect(read(STREAM)).toEqual(EVENTS);
});

test("the stream may be cut anywhere", () => {
  for (let at = 1; at < STREAM.length; at += 1) {
    expect(read(STREAM.slice(0, at), STREAM.slice(at))).toEqual(EVENTS);
  }
  expect(read(...STREAM)).toEqual(EVENTS);
});
