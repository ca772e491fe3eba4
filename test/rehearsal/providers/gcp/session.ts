import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openCloud } from "../../../../rehearsal/cloud/cloud.ts";
import type { GoogleSession } from "../../../../rehearsal/providers/gcp/session.ts";
import { project } from "./configured.ts";

/** A session on a cloud of its own, for one test; it has no Docker engine. */
export function testSession(): GoogleSession {
  const folder = mkdtempSync(join(tmpdir(), "slipway-gcp-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    cloud: openCloud(folder),
    registry: "localhost:1",
    project,
    region: "europe-west1",
    defaultLabels: {},
    domainRestrictedSharing: false,
    engine: () => Promise.reject(new Error("no engine is needed here")),
  };
}
