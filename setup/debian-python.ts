import { spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { aptMirror, debianSuite } from "./apt-mirror.ts";
import { installPackages, isDebianRoot } from "./debian.ts";
import type { Machine } from "./machine.ts";
import { openEngine } from "./open-engine.ts";
import { findPython, type Python } from "./python.ts";
import { copyPython, packagesOf } from "./python-copy.ts";
import { lastLine, run } from "./run.ts";
import type { Progress } from "./thing.ts";
import { systemEnvironment, which } from "./which.ts";

/**
 * Makes an image like `python:3.12-slim` without any image registry: Debian's base system of this machine's own release, this
 * machine's Python 3.12 and its certificates, so that pip reaches the same package index from a container. Returns the reason
 * if it cannot. Must not run twice at once.
 */
export async function makePythonImage(
  host: string,
  name: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!isDebianRoot(machine)) return "that takes root on Debian";
  const python = await findPython(machine);
  if (python === undefined) return "there is no Python 3.12 on this machine";
  if (which("debootstrap", machine) === undefined) {
    await installPackages(["debootstrap"], "base image", machine, progress, signal);
  }
  const root = join(machine.cache, "base-image.draft");
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  try {
    const failed = await bootstrapDebian(root, python, machine, progress, signal);
    if (failed !== undefined) return failed;
    progress("adding Python");
    await copyPython(python, join(root, "usr", "local"));
    addPip(root);
    addCertificates(root);
    await run("chroot", [root, "ldconfig"], { env: systemEnvironment(machine) });
    dropLeftovers(root);
    progress("importing into the engine");
    await importImage(host, root, name);
    return undefined;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** In name spaces of its own, so that nothing stays mounted or running when this process is killed. */
async function bootstrapDebian(
  root: string,
  python: Python,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string | undefined> {
  const packages = ["ca-certificates", ...(await packagesOf(python))];
  const alone = ["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"];
  const { code, stdout, stderr } = await run(
    "setpriv",
    [
      ...alone,
      "debootstrap",
      "--variant=minbase",
      `--include=${packages.join(",")}`,
      debianSuite(),
      root,
      aptMirror(debianSuite()),
    ],
    {
      env: systemEnvironment(machine),
      signal,
      onLine: (line) => progress(line.replace(/^I: /, "").slice(0, 80)),
    },
  );
  return code === 0 ? undefined : `debootstrap: ${lastLine(stderr || stdout)}`;
}

/** Launchers that do not carry the path of the Python they were installed with. */
function addPip(root: string): void {
  for (const name of ["pip", "pip3", "pip3.12"]) {
    const launcher = join(root, "usr", "local", "bin", name);
    writeFileSync(launcher, '#!/bin/sh\nexec python3.12 -m pip "$@"\n');
    chmodSync(launcher, 0o755);
  }
}

/** pip brings certificates of its own and is told to use the system's, which are this machine's. */
function addCertificates(root: string): void {
  const bundle = "/etc/ssl/certs/ca-certificates.crt";
  const own = "/usr/local/share/ca-certificates";
  cpSync(bundle, join(root, bundle));
  if (existsSync(own)) cpSync(own, join(root, own), { recursive: true, dereference: true });
  writeFileSync(join(root, "etc", "pip.conf"), `[global]\ncert = ${bundle}\n`);
}

function dropLeftovers(root: string): void {
  for (const folder of [
    "var/lib/apt/lists",
    "var/cache/apt",
    "var/log",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "tmp",
  ]) {
    const place = join(root, folder);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { mode: folder === "tmp" ? 0o1777 : 0o755 });
  }
  chmodSync(join(root, "tmp"), 0o1777);
}

async function importImage(host: string, root: string, name: string): Promise<void> {
  const [repo, tag] = name.split(":");
  const archive = spawn("tar", ["-C", root, "-c", "."], { stdio: ["ignore", "pipe", "inherit"] });
  const stream = await openEngine(host).importImage(archive.stdout, {
    repo,
    tag,
    changes: [
      'CMD ["python3"]',
      "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
      "ENV LANG=C.UTF-8",
      "LABEL slipway.image=base",
    ].join("\n"),
  });
  for await (const event of stream) {
    const { error } = JSON.parse(String(event));
    if (error) throw new Error(error);
  }
}
