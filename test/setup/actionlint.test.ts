import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ACTIONLINT_VERSION, actionlint } from "../../setup/actionlint.ts";
import { calm, fakeMachine, silent } from "./fake-machine.ts";

/** A port on which nothing listens. */
const NOWHERE = "http://127.0.0.1:9";

test("where it cannot be downloaded it is built from its pinned Go module, once", async () => {
  const machine = fakeMachine();
  machine.command("go", 'while [ "$1" != -o ]; do shift; done; echo built > "$2"');
  const folder = join(machine.cache, `actionlint-${ACTIONLINT_VERSION}`);
  expect(await actionlint(machine, NOWHERE).find()).toBeUndefined();
  expect(await actionlint(machine, NOWHERE).bring(silent, calm)).toEqual({
    text: `${ACTIONLINT_VERSION}, built from source`,
    value: folder,
  });
  expect(await actionlint(machine, NOWHERE).find()).toEqual({
    text: ACTIONLINT_VERSION,
    value: folder,
  });
});

test("where neither works it is said, is no error, and leaves nothing behind", async () => {
  const machine = fakeMachine();
  const { text, value } = await actionlint(machine, NOWHERE).bring(silent, calm);
  expect(value).toBeUndefined();
  expect(text).toMatch(
    /^not to be had: it cannot be downloaded \(.+\) and not be built \(there is no Go to build it with\)$/,
  );
  expect(existsSync(join(machine.cache, `actionlint-${ACTIONLINT_VERSION}`))).toBe(false);
});

test("the Go module pins the same version", () => {
  const module = join(import.meta.dirname, "../../setup/go/actionlint/go.mod");
  expect(readFileSync(module, "utf8")).toContain(
    `github.com/rhysd/actionlint v${ACTIONLINT_VERSION} `,
  );
});
