import { parseReference, type Reference } from "../../docker/reference.ts";
import type { Properties } from "../../values.ts";
import { isGranted } from "../binding.ts";
import { GCR_LOCATIONS } from "../names.ts";
import { loginOf, REPOSITORY } from "../repository.ts";
import { SECRET_VERSION, type Version } from "../secret-records.ts";
import { byProjectId, type GoogleSession, projectNumber } from "../session.ts";
import { RevisionFailure } from "./revision-failure.ts";

// Where the image of a revision comes from, and whether Cloud Run may read it there.

const READERS = ["reader", "writer", "repoAdmin", "admin"].map(
  (name) => `roles/artifactregistry.${name}`,
);

/**
 * The image's name where it is truly kept: that of Docker Hub where it is pulled through a remote repository.
 * @param project the service's project.
 * @throws RevisionFailure when there is no such repository, or Cloud Run may not read it.
 */
export function sourceOf(session: GoogleSession, image: string, project: string): string {
  const reference = parseReference(image);
  if (reference.host === "docker.io") {
    if (isPrivate(session, reference)) {
      // The platform asks Google's mirror of Docker Hub, which knows public images only.
      throw notFound(`mirror.gcr.io/${reference.path}${versionIn(reference)}`);
    }
    return `${reference.repository}${versionIn(reference)}`;
  }
  const place = placeOf(reference);
  const repository = place && session.cloud.get<Properties>(REPOSITORY, place.repository);
  if (!place || !repository) throw notFound(image);
  refuseForeign(session, place, image, project);
  if (repository.mode !== "REMOTE_REPOSITORY") return image;
  const upstream = parseReference(`docker.io/${place.path}`);
  if (isPrivate(session, upstream)) requireLogin(session, repository, place.project, image);
  return `${upstream.repository}${versionIn(reference)}`;
}

/** The image is not there. */
export function notFound(image: string): RevisionFailure {
  return new RevisionFailure(5, `Image '${image}' not found.`);
}

interface Place {
  readonly project: string;
  /** The repository's path, `projects/P/locations/L/repositories/R`. */
  readonly repository: string;
  /** The image's path in it. */
  readonly path: string;
}

function placeOf({ host, path }: Reference): Place | undefined {
  const parts = path.split("/");
  const [project = ""] = parts;
  const gcr = GCR_LOCATIONS[host];
  if (gcr) return place(project, gcr, host, parts.slice(1));
  const location = /^(?<location>.+)-docker\.pkg\.dev$/.exec(host)?.groups?.location;
  const [, name = ""] = parts;
  return location ? place(project, location, name, parts.slice(2)) : undefined;
}

function place(project: string, location: string, name: string, rest: readonly string[]): Place {
  const repository = `projects/${project}/locations/${location}/repositories/${name}`;
  return { project, repository, path: rest.join("/") };
}

function versionIn({ tag, digest }: Reference): string {
  if (digest) return `@${digest}`;
  return `:${tag ?? "latest"}`;
}

function isPrivate({ cloud }: GoogleSession, { path }: Reference): boolean {
  return cloud.get("hub/private", path) !== undefined;
}

/** Another project's images can be read by nobody who was not granted it. */
function refuseForeign(
  { cloud }: GoogleSession,
  from: Place,
  image: string,
  project: string,
): void {
  if (from.project === project) return;
  const agent = `service-${projectNumber(project)}@serverless-robot-prod.iam.gserviceaccount.com`;
  const may = READERS.some((role) =>
    [`serviceAccount:${agent}`, "allUsers"].some((member) =>
      isGranted(cloud, { resource: from.repository, role, member }),
    ),
  );
  if (may) return;
  throw new RevisionFailure(
    9,
    `Google Cloud Run Service Agent ${agent} must have permission to read the image, ${image}; grant it roles/artifactregistry.reader on ${from.repository}`,
  );
}

/** A remote repository reads its login from Secret Manager as Artifact Registry's own agent. */
function requireLogin(
  { cloud }: GoogleSession,
  repository: Properties,
  project: string,
  image: string,
): void {
  const login = loginOf(repository)?.passwordSecretVersion;
  const version = byProjectId(String(login ?? ""), project);
  const isThere = cloud.get<Version>(SECRET_VERSION, version)?.state === "ENABLED";
  const agent = `service-${projectNumber(project)}@gcp-sa-artifactregistry.iam.gserviceaccount.com`;
  const may = isGranted(cloud, {
    resource: version.replace(/\/versions\/[^/]+$/, ""),
    role: "roles/secretmanager.secretAccessor",
    member: `serviceAccount:${agent}`,
  });
  if (isThere && may) return;
  const why = isThere ? `${agent} may not read ${version}` : "it has no login that can be read";
  throw new RevisionFailure(
    5,
    `Image '${image}' not found: the remote repository cannot log in to Docker Hub, because ${why}`,
  );
}
