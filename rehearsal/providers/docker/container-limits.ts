import type { Properties, Value } from "../values.ts";
import { blocks, bytes, withoutAbsent } from "./container-fields.ts";

// The limits of a container, which the engine also changes while it runs.

/** The properties that the engine changes in place. */
export const LIMITS = [
  "restart",
  "maxRetryCount",
  "memory",
  "memoryReservation",
  "memorySwap",
  "cpuShares",
  "cpuSet",
  "deviceReadBps",
  "deviceReadIops",
  "deviceWriteBps",
  "deviceWriteIops",
];

/** The part of the create call that the engine's update call takes too. */
export function resourceLimits(planned: Properties): object {
  const { memory, memoryReservation, memorySwap, cpuShares, cpuSet } = planned;
  const rates = (value: Value | undefined) =>
    blocks(value).map(({ path, rate }) => ({ Path: path, Rate: rate }));
  const limits = {
    Memory: bytes(memory),
    MemoryReservation: bytes(memoryReservation),
    MemorySwap: memorySwap === -1 ? -1 : bytes(memorySwap),
    CpuShares: cpuShares,
    CpusetCpus: cpuSet,
    BlkioDeviceReadBps: planned.deviceReadBps && rates(planned.deviceReadBps),
    BlkioDeviceReadIOps: planned.deviceReadIops && rates(planned.deviceReadIops),
    BlkioDeviceWriteBps: planned.deviceWriteBps && rates(planned.deviceWriteBps),
    BlkioDeviceWriteIOps: planned.deviceWriteIops && rates(planned.deviceWriteIops),
    RestartPolicy: { Name: planned.restart, MaximumRetryCount: planned.maxRetryCount },
  };
  return withoutAbsent(limits);
}
