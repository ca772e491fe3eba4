import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { dockerEngine } from "../../setup/docker-engine.ts";
import { engineAt } from "../../setup/engine-endpoint.ts";
import { thisMachine } from "../../setup/machine.ts";
import { which } from "../../setup/which.ts";
import { calm, fakeMachine, silent } from "./fake-machine.ts";

const real = which("dockerd", thisMachine());

test("where an engine is installed, one of its own starts, is found again, and starts anew after a kill", async ({
  skip,
}) => {
  if (real === undefined || !thisMachine().isRoot) {
    skip("no dockerd that this account may start: whether the set-up starts one was not tried");
    return;
  }
  const machine = fakeMachine({ isRoot: true, furtherFolders: thisMachine().furtherFolders });
  const { folder } = machine;
  // Without a network of its own it would take away the bridge of the engine that everybody uses.
  machine.command(
    "dockerd",
    `exec unshare --net --mount ${real} --host unix://${folder}/docker.sock --pidfile ${folder}/docker.pid \\
       --data-root ${folder}/data --exec-root ${folder}/docker --storage-driver vfs \\
       --bridge none --iptables=false --ip-masq=false`,
  );
  const pid = (): number => Number(readFileSync(join(folder, "docker.pid"), "utf8"));
  const engine = dockerEngine(machine);
  const host = `unix://${folder}/docker.sock`;
  onTestFinished(async () => {
    process.kill(pid(), "SIGTERM");
    await expect.poll(() => isGone(join(folder, "docker.pid")), { timeout: 20_000 }).toBe(true);
  });

  expect(await engine.find()).toBeUndefined();
  expect((await engine.bring(silent, calm)).value.host).toBe(host);
  expect((await engine.find())?.value.host).toBe(host);

  process.kill(pid(), "SIGKILL");
  await expect.poll(() => engineAt(host), { timeout: 20_000 }).toBeUndefined();
  expect((await engine.bring(silent, calm)).value.host).toBe(host);
});

/** An engine takes its process id away when it has ended in good order. */
function isGone(pidFile: string): boolean {
  try {
    readFileSync(pidFile);
    return false;
  } catch {
    return true;
  }
}
