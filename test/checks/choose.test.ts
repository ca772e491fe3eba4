import { expect, test } from "vitest";
import { choose } from "../../checks/choose.ts";

const list = [{ name: "black" }, { name: "isort" }, { name: "flake8" }];

test("without names everything is chosen", () => {
  expect(choose(list, [], "npm run lint")).toEqual(list);
});

test("names choose, in the list's order and once", () => {
  const chosen = choose(list, ["flake8", "black", "black"], "npm run lint");
  expect(chosen).toEqual([{ name: "black" }, { name: "flake8" }]);
});

test("an unknown name is refused with the choices", () => {
  expect(() => choose(list, ["black", "blakc"], "npm run lint")).toThrow(
    'npm run lint: there is no "blakc"; choose from black, isort, flake8',
  );
});
