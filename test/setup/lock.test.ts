import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { withLock } from "../../setup/lock.mjs";
import { temporaryFolder } from "./fake-machine.ts";

const lock = pathToFileURL(join(import.meta.dirname, "../../setup/lock.mjs")).href;

test("two at once do their work one after the other, and the second hears who is first", async () => {
  const path = join(temporaryFolder(), "thing.lock");
  const events: string[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = withLock(path, async () => {
    events.push("first begins");
    await held;
    events.push("first ends");
  });
  const second = withLock(
    path,
    async () => {
      events.push("second begins");
    },
    (holder) => {
      events.push(`held by ${holder.pid === process.pid ? "us" : holder.pid}`);
      release();
    },
  );
  await Promise.all([first, second]);
  expect(events).toEqual(["first begins", "held by us", "first ends", "second begins"]);
});

test("nothing is left when the work is done, also when it fails", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "thing.lock");
  const work = withLock(path, async () => {
    throw new Error("no luck");
  });
  await expect(work).rejects.toThrow("no luck");
  expect(readdirSync(folder)).toEqual([]);
});

test("the lock of a killed process is taken over at once and without a word", async () => {
  const path = join(temporaryFolder(), "thing.lock");
  const holder = spawn(process.execPath, [
    "--input-type=module",
    "--eval",
    `import { withLock } from ${JSON.stringify(lock)};
     await withLock(${JSON.stringify(path)}, () => new Promise(() => {
       console.log("held");
       setInterval(() => {}, 1000);
     }));`,
  ]);
  await once(holder.stdout, "data");
  holder.kill("SIGKILL");
  await once(holder, "exit");
  expect(existsSync(path)).toBe(true);
  const heard: unknown[] = [];
  expect(
    await withLock(
      path,
      async () => "done",
      (holder) => heard.push(holder),
    ),
  ).toBe("done");
  expect(heard).toEqual([]);
});

test("one that will not wait leaves the holder's lock as it is", async () => {
  const path = join(temporaryFolder(), "thing.lock");
  await withLock(path, async () => {
    const impatient = withLock(
      path,
      async () => "never",
      () => {
        throw new Error("held");
      },
    );
    await expect(impatient).rejects.toThrow("held");
    expect(existsSync(path)).toBe(true);
  });
});

test("a lock that cannot be read counts as left behind", async () => {
  const path = join(temporaryFolder(), "thing.lock");
  writeFileSync(path, "");
  expect(await withLock(path, async () => "done")).toBe("done");
});

test("many processes never work at the same time", () => {
  const folder = temporaryFolder();
  const script = `
    import { spawn } from "node:child_process";
    import { mkdirSync, rmdirSync } from "node:fs";
    import { withLock } from ${JSON.stringify(lock)};
    const path = ${JSON.stringify(join(folder, "many.lock"))};
    if (process.argv[1] === "worker") {
      for (let turn = 0; turn < 5; turn++) {
        await withLock(path, async () => {
          mkdirSync(path + ".inside");
          rmdirSync(path + ".inside");
        });
      }
    } else {
      const workers = [1, 2, 3].map(() => spawn(process.execPath, ["--input-type=module", "--eval", process.env.SCRIPT, "worker"], { stdio: "inherit" }));
      const codes = await Promise.all(workers.map((worker) => new Promise((resolve) => worker.on("exit", resolve))));
      process.exit(Math.max(...codes));
    }`;
  const ended = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, SCRIPT: script },
    encoding: "utf8",
  });
  expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status: 0, stderr: "" });
});

test("a lock without a sign of life is taken over, even where its holder's number has gone to another process", async () => {
  const path = join(temporaryFolder(), "thing.lock");
  writeFileSync(path, JSON.stringify({ pid: process.ppid, since: "2026-01-01T00:00:00.000Z" }));
  const anHourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(path, anHourAgo, anHourAgo);
  const heard: unknown[] = [];
  const work = async (): Promise<string> => "done";
  expect(await withLock(path, work, (holder) => heard.push(holder))).toBe("done");
  expect(heard).toEqual([]);
});
