import { expect, test } from "vitest";
import {
  refuseResources,
  resourcesOf,
} from "../../../../../rehearsal/providers/gcp/run/resource-rules.ts";

test.each([
  [{}, { cpu: 1, memory: 512 }],
  [
    { cpu: "2", memory: "1Gi" },
    { cpu: 2, memory: 1_024 },
  ],
  [
    { cpu: "500m", memory: "256Mi" },
    { cpu: 0.5, memory: 256 },
  ],
  [
    { cpu: "0.08", memory: "134217728" },
    { cpu: 0.08, memory: 128 },
  ],
])("%j is %j", (limits, resources) => {
  expect(resourcesOf(limits)).toEqual(resources);
});

/** MiB that each number of vCPUs may have. */
test.each([
  [0.08, 128, 512],
  [0.49, 128, 512],
  [0.5, 128, 1_024],
  [0.99, 128, 1_024],
  [1, 128, 4_096],
  [2, 128, 8_192],
  [4, 2_048, 16_384],
  [6, 4_096, 24_576],
  [8, 4_096, 32_768],
])("%d vCPU may have %d to %d MiB", (cpu, least, most) => {
  for (const memory of [least, most]) {
    expect(() => refuseResources({ cpu, memory }, false)).not.toThrow();
  }
  for (const memory of [least - 1, most + 1, Number.NaN]) {
    expect(() => refuseResources({ cpu, memory }, false)).toThrow(
      `googleapi: Error 400: For ${cpu} CPU, memory must be between ${least} and ${most} MiB`,
    );
  }
});

test.each([0, 0.07, 1.5, 3, 5, 7, 9, Number.NaN])("%d vCPU is refused", (cpu) => {
  expect(() => refuseResources({ cpu, memory: 512 }, false)).toThrow(
    "Invalid value specified for cpu",
  );
});
