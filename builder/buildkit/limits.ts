import type { BuildLimits } from "../settings.ts";
import type { Log } from "../work/steps.ts";
import { StepFailed } from "../work/steps.ts";
import type { Usage } from "./usage.ts";

// The limits of one build that nothing else enforces, and the sentences for all of them.

/** Where the settings do not say. */
const DISK_BYTES = 4 * 1024 ** 3;

/** What a line takes beside its text, where it is stored: endless short lines cost as much as long ones. */
const LINE_BYTES = 100;

/** Samples in a row, a second apart, at the limit of processes: a build that only touches it goes on. */
const PATIENCE = 3;

/** Why a limit ended a build, for its client. */
export const exceeded = {
  seconds: ({ seconds }: BuildLimits) =>
    limit(`time: the build took longer than ${seconds} s`, "let it do less", "SECONDS"),
  log: ({ logBytes }: BuildLimits) =>
    limit(`log: the build wrote more than ${size(logBytes)}`, "let it say less", "LOG_BYTES"),
  pids: ({ pids }: BuildLimits) =>
    limit(
      `pids: the build ran into its limit of ${pids} processes and threads`,
      "let it start fewer",
      "PIDS",
    ),
  memory: ({ memory }: BuildLimits) =>
    limit(`memory: the build ran into its limit of ${size(memory)}`, "let it use less", "MEMORY"),
  disk: (bytes: number) =>
    limit(`disk: the build wrote more than ${size(bytes)}`, "let it write less", "DISK_BYTES"),
  image: ({ imageBytes }: BuildLimits, bytes: number) =>
    limit(
      `image: its layers take ${size(bytes)}, more than ${size(imageBytes)}`,
      "leave out what it does not need",
      "IMAGE_BYTES",
    ),
};

function limit(what: string, advice: string, variable: string): StepFailed {
  return new StepFailed(`${what}; ${advice}, or have BUILDER_${variable} raised`);
}

/** Watches one build. */
export class LimitWatch {
  readonly log: Log;
  readonly #limits: BuildLimits;
  readonly #end: (reason: StepFailed) => void;
  #logBytes = 0;
  #atPids = 0;
  #diskBefore: number | undefined;
  #disk: number | undefined;
  /** Whether a command said that it may not start another process. */
  lackedProcesses = false;
  hasFilledDisk = false;

  /**
   * @param diskBefore bytes on the disk before the build; where that is not known, the first sample counts.
   * @param end ends the build.
   */
  constructor(
    limits: BuildLimits,
    diskBefore: number | undefined,
    log: Log,
    end: (reason: StepFailed) => void,
  ) {
    this.#limits = limits;
    this.#diskBefore = diskBefore;
    this.#end = end;
    this.log = (stream, text) => {
      this.wrote(Buffer.byteLength(text) + LINE_BYTES);
      if (this.#logBytes > limits.logBytes) return;
      this.lackedProcesses ||= stream !== "step" && speaksOfProcesses(text);
      log(stream, text);
    };
  }

  /** Bytes on the disk by the last sample. */
  get disk(): number | undefined {
    return this.#disk;
  }

  /** Counts what was written, kept or not. */
  wrote(bytes: number): void {
    this.#logBytes += bytes;
    if (this.#logBytes > this.#limits.logBytes) this.#end(exceeded.log(this.#limits));
  }

  /** Takes a sample. */
  see({ pids, disk }: Usage): void {
    this.#atPids = pids >= this.#limits.pids ? this.#atPids + 1 : 0;
    if (this.#atPids >= PATIENCE) this.#end(exceeded.pids(this.#limits));
    this.#disk = disk;
    this.#diskBefore ??= disk;
    const { diskBytes = DISK_BYTES } = this.#limits;
    this.hasFilledDisk = disk - this.#diskBefore > diskBytes;
    if (this.hasFilledDisk) this.#end(exceeded.disk(diskBytes));
  }
}

/** What a program says where it may not start another. */
const NO_PROCESS =
  /resource temporarily unavailable|cannot fork|can't fork|fork: retry|can't start new thread|failed to start thread|unable to create new native thread/i;

function speaksOfProcesses(line: string): boolean {
  return NO_PROCESS.test(line);
}

/** `1 GiB`, `1.5 MiB`, `200 B`. */
function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}
