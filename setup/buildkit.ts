import { join } from "node:path";
import { findGo, goBuild } from "./go-build.ts";
import { installFolder } from "./install-folder.ts";
import type { Machine } from "./machine.ts";
import type { Progress } from "./thing.ts";

// BuildKit, which builds what is uploaded to the builder: the version, the names of its image, and its programs made from source.

/** The version that is brought; `setup/go/buildkit/go.mod` names the same. */
export const BUILDKIT_VERSION = "0.34.2";

/** The official image of BuildKit. */
export const OFFICIAL_BUILDER = `moby/buildkit:v${BUILDKIT_VERSION}`;

/** The same made of Go modules and Debian's runc, where the official image cannot be had. */
export const MADE_BUILDER = `slipway-buildkit:${BUILDKIT_VERSION}`;

/** A program of BuildKit's. */
export type BuildkitProgram = "buildctl" | "buildkitd";

/** Go's names for what Node names otherwise. */
export const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** A folder with the programs, or why they cannot be built. */
export type Built = { readonly folder: string } | { readonly problem: string };

/**
 * Builds programs of BuildKit's from their pinned Go module, once, into the user's cache.
 * @param platform what they run on, e.g. `linux/amd64`.
 */
export async function buildkitFromSource(
  programs: readonly BuildkitProgram[],
  platform: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<Built> {
  const go = findGo(machine);
  if (go === undefined) return { problem: "there is no Go to build it with" };
  const name = ["buildkit", BUILDKIT_VERSION, platform.replace("/", "-"), ...programs].join("-");
  const folder = join(machine.cache, name);
  try {
    await installFolder(
      folder,
      async (draft) => {
        for (const program of programs) {
          const failed = await buildProgram(
            go,
            program,
            platform,
            draft,
            machine,
            progress,
            signal,
          );
          if (failed !== undefined) throw new NotBuilt(failed);
        }
      },
      progress,
    );
    return { folder };
  } catch (error) {
    if (error instanceof NotBuilt) return { problem: error.message };
    throw error;
  }
}

/** The compiler failed; the message says why. */
class NotBuilt extends Error {}

function buildProgram(
  go: string,
  program: BuildkitProgram,
  platform: string,
  folder: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [system, architecture] = platform.split("/");
  const ending = system === "windows" ? ".exe" : "";
  return goBuild(
    go,
    {
      module: "buildkit",
      main: `github.com/moby/buildkit/cmd/${program}`,
      linkerFlags: `-s -w -X github.com/moby/buildkit/version.Version=v${BUILDKIT_VERSION}`,
      tags: "osusergo,netgo,static_build",
    },
    join(folder, `${program}${ending}`),
    { ...machine, env: { ...machine.env, GOOS: system, GOARCH: architecture } },
    progress,
    signal,
  );
}
