import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dockerPlugin } from "../../setup/docker-plugin.ts";
import { calm, type FakeMachine, fakeMachine, silent } from "./fake-machine.ts";

const STAND_IN = {
  text: "the stand-in, because the plugin can be neither found nor downloaded",
  value: "stand-in",
};

function pluginOf(machine: FakeMachine, home = join(machine.home, ".pulumi")): string {
  return join(home, "plugins", "resource-docker-v5.2.0");
}

function thing(machine: FakeMachine) {
  return dockerPlugin(join(machine.folder, "bin"), machine);
}

test("an installed plugin is found", async () => {
  const machine = fakeMachine();
  mkdirSync(pluginOf(machine), { recursive: true });
  expect(await thing(machine).find()).toEqual({ text: "plugin 5.2.0", value: "plugin" });
});

test("a plugin is looked for in PULUMI_HOME if that is set", async () => {
  const machine = fakeMachine();
  const home = join(machine.folder, "elsewhere");
  Object.assign(machine.env, { PULUMI_HOME: home });
  mkdirSync(pluginOf(machine, home), { recursive: true });
  expect((await thing(machine).find())?.value).toBe("plugin");
});

test("a plugin that was not unpacked whole does not count", async () => {
  const machine = fakeMachine();
  mkdirSync(pluginOf(machine), { recursive: true });
  writeFileSync(`${pluginOf(machine)}.partial`, "");
  expect(await thing(machine).find()).toBeUndefined();
});

test("a plugin that can be downloaded is", async () => {
  const machine = fakeMachine();
  machine.command("pulumi", `echo "$@" > $FOLDER/asked; mkdir -p ${pluginOf(machine)}`);
  expect(await thing(machine).bring(silent, calm)).toEqual({
    text: "plugin 5.2.0, downloaded",
    value: "plugin",
  });
  expect(readFileSync(join(machine.folder, "asked"), "utf8")).toBe(
    "plugin install resource docker 5.2.0\n",
  );
});

test("out of reach, the stand-in takes its place, and the next attempt is a day later", async () => {
  const machine = fakeMachine();
  machine.command("pulumi", "exit 255");
  expect(await thing(machine).bring(silent, calm)).toEqual(STAND_IN);
  expect(await thing(machine).find()).toEqual(STAND_IN);
  const yesterday = new Date(Date.now() - 25 * 3_600_000);
  utimesSync(join(machine.cache, "docker-plugin-5.2.0-out-of-reach"), yesterday, yesterday);
  expect(await thing(machine).find()).toBeUndefined();
});
