import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { languageHost } from "../../setup/language-host.ts";
import { calm, type FakeMachine, fakeMachine, silent } from "./fake-machine.ts";

function cliWith(machine: FakeMachine, ...names: string[]): string {
  const folder = join(machine.folder, "pulumi");
  mkdirSync(folder);
  for (const name of names) {
    writeFileSync(join(folder, name), "");
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

test("the language host beside the CLI is the one", async () => {
  const machine = fakeMachine();
  const cli = cliWith(machine, "pulumi", "pulumi-language-nodejs");
  expect(await languageHost(cli, machine).find()).toEqual({
    text: "comes with the CLI",
    value: cli,
  });
});

test("it is found beside the file that a link on PATH stands for", async () => {
  const machine = fakeMachine();
  const cli = cliWith(machine, "pulumi", "pulumi-language-nodejs");
  const bin = join(machine.folder, "bin");
  symlinkSync(join(cli, "pulumi"), join(bin, "pulumi"));
  expect((await languageHost(bin, machine).find())?.value).toBe(cli);
});

test("one on PATH will do for a CLI without", async () => {
  const machine = fakeMachine();
  machine.command("pulumi-language-nodejs", "");
  expect(await languageHost(cliWith(machine, "pulumi"), machine).find()).toEqual({
    text: "on PATH",
    value: join(machine.folder, "bin"),
  });
});

test("without one it is built from its pinned Go module and then found", async () => {
  const machine = fakeMachine();
  const cli = cliWith(machine, "pulumi");
  machine.command(
    "go",
    `pwd > $FOLDER/built-in
     while [ "$1" != -o ]; do shift; done
     echo built > "$2"`,
  );
  const folder = join(machine.cache, "pulumi-language-nodejs-3.68.0");
  expect(await languageHost(cli, machine).find()).toBeUndefined();
  expect(await languageHost(cli, machine).bring(silent, calm)).toEqual({
    text: "3.68.0, built from source",
    value: folder,
  });
  expect(readFileSync(join(machine.folder, "built-in"), "utf8")).toBe(
    `${join(machine.checkout, "setup", "go", "language-host")}\n`,
  );
  expect(await languageHost(cli, machine).find()).toEqual({ text: "3.68.0", value: folder });
});

test("beside a CLI that the set-up has made it is put there, where Pulumi takes it without a warning", async () => {
  const machine = fakeMachine();
  const own = join(machine.cache, "pulumi-3.259.0");
  const built = join(machine.cache, "pulumi-language-nodejs-3.68.0");
  for (const folder of [own, built]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(own, "pulumi"), "");
  writeFileSync(join(built, "pulumi-language-nodejs"), "built");
  const found = { text: "3.68.0", value: own };
  expect(await languageHost(own, machine).find()).toEqual(found);
  expect(readFileSync(join(own, "pulumi-language-nodejs"), "utf8")).toBe("built");
  expect(await languageHost(own, machine).find()).toEqual(found);
});

test("with neither it says what to install", async () => {
  const machine = fakeMachine();
  const cli = cliWith(machine, "pulumi");
  await expect(languageHost(cli, machine).bring(silent, calm)).rejects.toThrow(
    `pulumi: the CLI in ${cli} has no pulumi-language-nodejs beside it, and it cannot be built ` +
      "(there is no Go to build it with); install all of Pulumi as https://www.pulumi.com/docs/install/ says",
  );
});
