import { expect, test } from "vitest";
import { sourceOf } from "../../../../../rehearsal/providers/gcp/run/image-source.ts";
import type { GoogleSession } from "../../../../../rehearsal/providers/gcp/session.ts";
import { number, project } from "../configured.ts";
import { testSession } from "../session.ts";

const digest = `sha256:${"a".repeat(64)}`;
const hub = `projects/${project}/locations/europe/repositories/hub`;
const login = `projects/${project}/secrets/hub`;

function withRemote(session: GoogleSession): void {
  session.cloud.put("gcp/repository", hub, {
    mode: "REMOTE_REPOSITORY",
    remoteRepositoryConfig: {
      upstreamCredentials: {
        usernamePasswordCredentials: {
          username: "acme",
          passwordSecretVersion: `projects/${number}/secrets/hub/versions/1`,
        },
      },
    },
  });
}

test.each([
  ["python", "docker.io/library/python:latest"],
  ["acme/web:1", "docker.io/acme/web:1"],
  [`docker.io/acme/web@${digest}`, `docker.io/acme/web@${digest}`],
  [`gcr.io/${project}/web@${digest}`, `gcr.io/${project}/web@${digest}`],
  [`europe-docker.pkg.dev/${project}/hub/acme/web@${digest}`, `docker.io/acme/web@${digest}`],
])("%s is kept as %s", (image, kept) => {
  const session = testSession();
  withRemote(session);
  session.cloud.put("gcp/repository", `projects/${project}/locations/us/repositories/gcr.io`, {});
  expect(sourceOf(session, image, project)).toBe(kept);
});

test("a private image comes through a remote repository that may read its login, and in no other way", () => {
  const session = testSession();
  const { cloud } = session;
  const image = `europe-docker.pkg.dev/${project}/hub/acme/web@${digest}`;
  const source = () => sourceOf(session, image, project);
  cloud.put("hub/private", "acme/web", {});
  expect(() => sourceOf(session, "acme/web:1", project)).toThrow(
    "Image 'mirror.gcr.io/acme/web:1' not found.",
  );
  expect(source).toThrow(`Image '${image}' not found.`);
  withRemote(session);
  expect(source).toThrow("because it has no login that can be read");
  cloud.put("gcp/secret-version", `${login}/versions/1`, { state: "ENABLED", value: "x" });
  const agent = `service-${number}@gcp-sa-artifactregistry.iam.gserviceaccount.com`;
  expect(source).toThrow(`because ${agent} may not read ${login}/versions/1`);
  cloud.put(
    "gcp/binding",
    `${login}/roles/secretmanager.secretAccessor/serviceAccount:${agent}`,
    {},
  );
  expect(source()).toBe(`docker.io/acme/web@${digest}`);
});

test("another project's image needs Cloud Run's agent to be a reader", () => {
  const session = testSession();
  const repository = "projects/acme-other/locations/us/repositories/gcr.io";
  session.cloud.put("gcp/repository", repository, {});
  const image = `gcr.io/acme-other/web@${digest}`;
  const agent = `service-${number}@serverless-robot-prod.iam.gserviceaccount.com`;
  expect(() => sourceOf(session, image, project)).toThrow(
    `Google Cloud Run Service Agent ${agent} must have permission to read the image, ${image}`,
  );
  const grant = `${repository}/roles/artifactregistry.reader/serviceAccount:${agent}`;
  session.cloud.put("gcp/binding", grant, {});
  expect(sourceOf(session, image, project)).toBe(image);
});
