import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { chromium } from "../../setup/chromium.ts";
import { calm, fakeMachine, silent } from "./fake-machine.ts";

const APT = "apt-get noninteractive -o DPkg::Lock::Timeout=300 -q -y";

test.each(["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"])(
  "%s on PATH is taken",
  async (name) => {
    const machine = fakeMachine();
    const program = machine.command(name, "exit 0");
    expect(await chromium(machine).find()).toEqual({ text: program, value: program });
  },
);

test("on a Mac the application is taken", async () => {
  const machine = fakeMachine({ platform: "darwin" });
  const program = join(machine.home, "Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, "");
  expect(await chromium(machine).find()).toEqual({ text: program, value: program });
});

test("root on Debian installs it, after saying so", async () => {
  const questions: string[] = [];
  const machine = fakeMachine({
    isRoot: true,
    distribution: "debian",
    confirm: async (question) => questions.push(question) > 0,
  });
  const program = machine.command("chromium", "exit 0");
  chmodSync(program, 0o644);
  machine.command("dpkg", "exit 0");
  machine.command(
    "apt-get",
    `echo "apt-get $DEBIAN_FRONTEND $@" >> $FOLDER/asked; chmod +x ${program}`,
  );
  expect(await chromium(machine).find()).toBeUndefined();
  expect(await chromium(machine).bring(silent, calm)).toEqual({
    text: `${program}, installed from Debian's packages`,
    value: program,
  });
  expect(questions).toEqual(["Install the Debian packages chromium fonts-dejavu-core (chromium)?"]);
  expect(readFileSync(join(machine.folder, "asked"), "utf8")).toBe(
    `${APT} install --no-install-recommends chromium fonts-dejavu-core\n`,
  );
});

test.each([
  [
    "who is not root on Debian",
    { distribution: "debian" },
    "no browser on PATH; install Chromium or Chrome",
  ],
  [
    "who says no",
    { isRoot: true, distribution: "debian", confirm: async () => false },
    "chromium: not installed; run apt-get install chromium fonts-dejavu-core yourself",
  ],
])("%s goes without, and it is said", async (_who, where, why) => {
  const machine = fakeMachine(where);
  machine.command("dpkg", "exit 0");
  expect(await chromium(machine).bring(silent, calm)).toEqual({
    text: `not to be had: ${why}`,
    value: undefined,
  });
});

test("a package that cannot be installed is no error either", async () => {
  const machine = fakeMachine({ isRoot: true, distribution: "debian" });
  machine.command("dpkg", "exit 0");
  machine.command("apt-get", "echo no such package >&2; exit 100");
  const { text, value } = await chromium(machine).bring(silent, calm);
  expect(value).toBeUndefined();
  expect(text).toBe(
    "not to be had: chromium: apt-get cannot install chromium fonts-dejavu-core (no such package); " +
      "run apt-get install chromium fonts-dejavu-core yourself and see what it says",
  );
});
