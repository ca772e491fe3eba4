import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Cloud, openCloud } from "../../../rehearsal/cloud/cloud.ts";

/** Clouds without anything in them, for one test. */
export function temporaryCloud(): Cloud {
  const folder = mkdtempSync(join(tmpdir(), "slipway-cloud-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return openCloud(folder);
}

/** Clouds with a repository of each kind: `apps` and the remote `hub` in europe-west1, `gcr.io`, and `web` of ECR. */
export function furnishedCloud(): Cloud {
  const cloud = temporaryCloud();
  const place = "projects/acme-prod/locations";
  const standard = { mode: "STANDARD_REPOSITORY", format: "DOCKER" };
  cloud.put("gcp/repository", `${place}/europe-west1/repositories/apps`, standard);
  cloud.put("gcp/repository", `${place}/us/repositories/gcr.io`, standard);
  const remote = { mode: "REMOTE_REPOSITORY", format: "DOCKER" };
  cloud.put("gcp/repository", `${place}/europe-west1/repositories/hub`, remote);
  cloud.put("gcp/repository", `${place}/europe-west1/repositories/npm`, {
    ...standard,
    format: "NPM",
  });
  cloud.put("aws/ecr-repository", "123456789012/eu-west-1/web", {});
  return cloud;
}
