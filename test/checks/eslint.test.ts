import { join } from "node:path";
import { expect, test } from "vitest";

/** Both are plain JavaScript without types. */
const load = async (from: string) => (await import(from)).default;

test("every rule of the security linter is decided", async () => {
  const security: { rules: object } = await load("eslint-plugin-security");
  const configuration: { rules?: object }[] = await load(
    join(import.meta.dirname, "../../checks/eslint.config.js"),
  );
  const decided = configuration.flatMap(({ rules = {} }) => Object.keys(rules));
  expect(decided.sort()).toEqual(
    Object.keys(security.rules)
      .map((rule) => `security/${rule}`)
      .sort(),
  );
});
