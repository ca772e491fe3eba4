import { onTestFinished, vi } from "vitest";
import { type FakeRegistry, fakeRegistry } from "../fake-registry.ts";
import type { Demand } from "../registry-gate.ts";
import type { RegistryUnderTest } from "./contract.ts";

/** A registry in memory that plays every one of the outside for one test. */
export async function outsideRegistry(demand?: Demand): Promise<FakeRegistry> {
  const fake = await fakeRegistry(demand);
  playOutside(fake.port);
  return fake;
}

/** Lets what listens on a port play the outside for one test. */
export function playOutside(port: number): void {
  vi.stubEnv("SLIPWAY_OUTSIDE", `http://localhost:${port}`);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** The back door into the repository of a registry under test. */
export function backDoor(
  { hold, manifests, requests }: FakeRegistry,
  path: string,
): Pick<RegistryUnderTest, "hold" | "held" | "writes"> {
  return {
    hold: (manifest, tag) => hold(path, manifest, tag),
    held: (tag) => manifests.get(`${path}:${tag}`),
    writes: () => requests.filter((request) => /^PUT .*(?<! 401)$/.test(request)).length,
  };
}
