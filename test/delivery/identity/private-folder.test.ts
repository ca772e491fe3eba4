import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../infra/registries/logins.ts";

const module = pathToFileURL(
  join(import.meta.dirname, "..", "..", "..", "delivery", "identity", "private-folder.ts"),
).href;

/** Starts a process that says where its folder is and then does what it is told; ends with how it ended. */
async function start(then: string) {
  const program = `const { privateFolder } = await import(${JSON.stringify(module)});
    process.stdout.write(privateFolder());
    ${then}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...process.env, TMPDIR: temporaryFolder() },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  return { folder: String(said), child, ended };
}

const waiting = "setInterval(() => {}, 1_000);";

it("is this user's alone", async () => {
  const { folder, child, ended } = await start(waiting);
  expect((statSync(folder).mode & 0o777).toString(8)).toBe("700");
  child.kill("SIGTERM");
  await ended;
});

it.each([
  ["comes to its end", "", 0],
  ["exits", "process.exit(3);", 3],
  ["fails", "throw new Error('no');", 1],
])("is gone when the process %s", async (_how, then, code) => {
  const { folder, ended } = await start(then);
  expect(await ended).toEqual([code, null]);
  expect(existsSync(folder)).toBe(false);
});

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "is gone when %s ends the process",
  async (signal) => {
    const { folder, child, ended } = await start(waiting);
    child.kill(signal);
    expect(await ended).toEqual([null, signal]);
    expect(existsSync(folder)).toBe(false);
  },
);

it("is gone with any other of the process", async () => {
  const { folder, child, ended } = await start(`privateFolder(); ${waiting}`);
  child.kill("SIGTERM");
  expect(await ended).toEqual([null, "SIGTERM"]);
  expect(readdirSync(dirname(folder))).toEqual([]);
});

it("stays while whoever listens to the signal still works", async () => {
  const then = `const { existsSync } = await import("node:fs");
    const folder = privateFolder();
    process.on("SIGTERM", () => process.exit(existsSync(folder) ? 4 : 5)); ${waiting}
    process.stdout.write(" listening");`;
  const { folder, child, ended } = await start(then);
  if (!folder.endsWith(" listening")) await once(child.stdout, "data");
  child.kill("SIGTERM");
  expect(await ended).toEqual([4, null]);
  expect(existsSync(folder.replace(" listening", ""))).toBe(false);
});
