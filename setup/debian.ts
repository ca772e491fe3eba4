import type { Machine } from "./machine.ts";
import { lastLine, run } from "./run.ts";
import type { Progress } from "./thing.ts";
import { UserError } from "./user-error.ts";
import { systemEnvironment } from "./which.ts";

/** Whether packages can be installed here: root on Debian. */
export function isDebianRoot(machine: Machine): boolean {
  return machine.isRoot && machine.distribution === "debian";
}

/**
 * Installs Debian packages without what they recommend, after asking on a terminal. The lists are fetched only if apt does not
 * know the packages, and an installation that was cut off is finished first.
 */
export async function installPackages(
  packages: readonly string[],
  why: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const names = packages.join(" ");
  progress(`needs the Debian packages ${names}`);
  if (!(await machine.confirm(`Install the Debian packages ${names} (${why})?`))) {
    throw new UserError(`${why}: not installed; run apt-get install ${names} yourself`);
  }
  const env = { ...systemEnvironment(machine), DEBIAN_FRONTEND: "noninteractive" };
  const apt = async (...args: string[]) => {
    const options = { env, signal, onLine: (line: string) => progress(line.slice(0, 100)) };
    return run("apt-get", ["-o", "DPkg::Lock::Timeout=300", "-q", "-y", ...args], options);
  };
  const install = () => apt("install", "--no-install-recommends", ...packages);

  await run("dpkg", ["--configure", "-a"], { env, signal });
  const first = await install();
  if (first.code === 0) return;
  await apt("update");
  const second = await install();
  if (second.code === 0) return;
  throw new UserError(
    `${why}: apt-get cannot install ${names} (${lastLine(second.stderr)}); run apt-get install ${names} yourself and see what it says`,
  );
}
