import { expect, test } from "vitest";
import { transferText } from "../../setup/transfer.ts";

test.each([
  ["nothing yet", [], "0 of 0 layers"],
  ["layers that wait", [{ id: "a", status: "Pulling fs layer" }], "0 of 1 layers"],
  [
    "some done, some on the way",
    [
      { id: "a", status: "Pull complete" },
      { id: "b", status: "Already exists" },
      { id: "c", status: "Downloading", progressDetail: { current: 12e6, total: 48e6 } },
    ],
    "2 of 3 layers, 12 of 48 MB",
  ],
])("the layers of a pull are told in a few words: %s", (_what, layers, text) => {
  expect(transferText(layers)).toBe(text);
});
