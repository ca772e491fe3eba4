import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { BUILDKIT_VERSION, buildkitFromSource, GO_ARCHITECTURES } from "./buildkit.ts";
import { type Archive, downloadArchive } from "./download-archive.ts";
import { copyFromImage } from "./file-from-image.ts";
import { installFolder } from "./install-folder.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { run } from "./run.ts";
import type { Progress, Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";
import { which } from "./which.ts";

const RELEASES = `https://github.com/moby/buildkit/releases/download/v${BUILDKIT_VERSION}`;

/** The image of the limited builders, in an engine. */
export interface BuilderImage {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  readonly name: string;
  /** What the engine's containers run on, e.g. `linux/amd64`. */
  readonly platform: string;
}

/**
 * BuildKit's client as the file it is: taken out of the builders' image where this machine can run that, else found on PATH, else
 * downloaded, else built from its Go module.
 * @param image undefined where another BuildKit builds.
 */
export function buildctl(
  image: BuilderImage | undefined,
  machine: Machine = thisMachine(),
  releases: string = RELEASES,
): Thing<string> {
  const folder = join(machine.cache, `buildctl-${BUILDKIT_VERSION}`);
  const file = join(folder, executable(machine));
  return {
    title: "BuildKit's client",
    async find() {
      if (existsSync(file)) return { text: BUILDKIT_VERSION, value: file };
      return image === undefined ? findInstalled(machine) : undefined;
    },
    async bring(progress, signal) {
      const how = await installFolder(
        folder,
        (draft) => fill(draft, image, releases, machine, progress, signal),
        progress,
      );
      return { text: `${BUILDKIT_VERSION}, ${how ?? "brought by another process"}`, value: file };
    },
  };
}

/** The protocol has been kept compatible; older clients lack options that the builder sets. */
async function findInstalled(
  machine: Machine,
): Promise<{ text: string; value: string } | undefined> {
  const program = which("buildctl", machine);
  if (program === undefined) return undefined;
  const { code, stdout } = await run(program, ["--version"], { env: machine.env });
  const [, version = "", minor] = / v?(\d+\.(\d+)\.\S+)/.exec(stdout) ?? [];
  const isFit = code === 0 && Number(minor) >= Number(BUILDKIT_VERSION.split(".")[1]);
  return isFit ? { text: version, value: program } : undefined;
}

async function fill(
  draft: string,
  image: BuilderImage | undefined,
  releases: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  if (image !== undefined && image.platform === platformOf(machine)) {
    await copyFromImage(image.host, image.name, PLACES, join(draft, "buildctl"));
    return `taken from ${image.name}`;
  }
  const unreachable = await downloadArchive(archive(releases, machine), draft, progress, signal);
  if (unreachable === undefined) return "downloaded";
  const platform = platformOf(machine);
  const built = await buildkitFromSource(["buildctl"], platform, machine, progress, signal);
  if ("folder" in built) {
    copyFileSync(join(built.folder, executable(machine)), join(draft, executable(machine)));
    return "built from source";
  }
  signal.throwIfAborted();
  throw new UserError(
    `buildctl: it cannot be downloaded (${unreachable}) and not be built (${built.problem}); ` +
      `put the one of https://github.com/moby/buildkit/releases/tag/v${BUILDKIT_VERSION} on PATH`,
  );
}

/** Where the images have it: the official one and the one that is made here. */
const PLACES = ["/usr/bin/buildctl", "/usr/local/bin/buildctl"];

function executable({ platform }: Machine): string {
  return platform === "win32" ? "buildctl.exe" : "buildctl";
}

function platformOf({ platform, arch }: Machine): string {
  const system = platform === "win32" ? "windows" : platform;
  return `${system}/${GO_ARCHITECTURES[arch] ?? arch}`;
}

/** A release publishes no list of checksums; the provenance of each archive holds its SHA-256. */
function archive(releases: string, machine: Machine): Archive {
  const stem = `buildkit-v${BUILDKIT_VERSION}.${platformOf(machine).replace("/", "-")}`;
  const name = `${stem}.tar.gz`;
  return {
    from: releases,
    name,
    checksums: `${stem}.provenance.json`,
    digest(provenance) {
      const { subject = [] }: Provenance = JSON.parse(provenance);
      return subject.find((each) => each.name === name)?.digest?.sha256;
    },
  };
}

/** The part of an in-toto statement that says what it is about. */
interface Provenance {
  readonly subject?: readonly {
    readonly name?: string;
    readonly digest?: { readonly sha256?: string };
  }[];
}
