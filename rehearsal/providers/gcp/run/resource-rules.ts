import { apiError } from "../api-error.ts";

// Which cpu and memory go together.

export interface Resources {
  /** vCPUs. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
}

const MOST = 32_768;

/** More memory than this many MiB needs this many vCPUs, the largest first. */
const NEEDS: readonly (readonly [memory: number, cpu: number])[] = [
  [24_576, 8],
  [16_384, 6],
  [8_192, 4],
  [4_096, 2],
  [1_024, 1],
  [512, 0.5],
];

/** Reads `limits`; what is left out is 1 vCPU and 512 MiB. */
export function resourcesOf(limits: Readonly<Record<string, unknown>>): Resources {
  const cpu = String(limits.cpu ?? "1000m");
  const memory = String(limits.memory ?? "512Mi");
  const amount = /^(?<number>\d+(?:\.\d+)?)(?<unit>Ki|Mi|Gi|k|M|G)?$/.exec(memory)?.groups;
  const bytes = Number(amount?.number) * (UNITS[amount?.unit ?? ""] ?? 1);
  return {
    cpu: /^\d+m$/.test(cpu) ? Number.parseInt(cpu, 10) / 1_000 : Number(cpu),
    memory: bytes / 1_048_576,
  };
}

/** Throws the API's refusal of a pair that it does not offer. */
export function refuseResources({ cpu, memory }: Resources, isGen2: boolean): void {
  const fractional = cpu >= 0.08 && cpu < 1;
  if (!fractional && ![1, 2, 4, 6, 8].includes(cpu)) {
    throw apiError(
      400,
      `Invalid value specified for cpu: ${cpu}; use 0.08 to less than 1, or 1, 2, 4, 6 or 8`,
    );
  }
  const least = Math.max(cpu >= 6 ? 4_096 : cpu >= 4 ? 2_048 : 128, isGen2 ? 512 : 128);
  const most = NEEDS.findLast(([, needed]) => needed > cpu)?.[0] ?? MOST;
  if (Number.isNaN(memory) || memory < least || memory > most) {
    throw apiError(
      400,
      `For ${cpu} CPU, memory must be between ${least} and ${most} MiB, unlike ${memory} MiB`,
    );
  }
}

const UNITS: Readonly<Record<string, number>> = {
  Ki: 1_024,
  Mi: 1_048_576,
  Gi: 1_073_741_824,
  k: 1_000,
  M: 1_000_000,
  G: 1_000_000_000,
};
