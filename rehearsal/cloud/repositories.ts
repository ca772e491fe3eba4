import { gcrHosts } from "../../infra/config/registries.ts";
import type { Cloud } from "./cloud.ts";

// Which repositories the registries of the outside have, and where this machine's registry keeps what is in them.

/** An answer that a registry gives instead of content. */
export interface RegistryRefusal {
  readonly status: number;
  /** By the OCI distribution specification, such as `NAME_UNKNOWN`. */
  readonly code: string;
  readonly message: string;
}

/** What a registry's host is: whose it is, and how it names repositories. */
type Host =
  | { readonly kind: "hub" }
  | { readonly kind: "google"; readonly location: string; readonly gcr?: string }
  | { readonly kind: "ecr"; readonly account: string; readonly region: string };

/** Whose registry a host is; undefined where it is none of the outside's. */
export function registryAt(host: string): Host | undefined {
  if (host === "docker.io" || host === "registry-1.docker.io") return { kind: "hub" };
  if (isGcr(host)) return { kind: "google", location: gcrHosts[host], gcr: host };
  const { location } = /^(?<location>[a-z0-9-]+)-docker\.pkg\.dev$/.exec(host)?.groups ?? {};
  if (location) return { kind: "google", location };
  const ecr = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com$/.exec(host);
  const { account, region } = ecr?.groups ?? {};
  return account && region ? { kind: "ecr", account, region } : undefined;
}

/** Why a registry has nothing at a path; undefined where it has the repository, or would make it with the first push. */
export function missing(cloud: Cloud, host: string, path: string): RegistryRefusal | undefined {
  const registry = registryAt(host);
  if (registry?.kind === "google") {
    const { id, name, image } = googleRepository(registry, path);
    if (!image) return { status: 400, code: "NAME_INVALID", message: noImage };
    const found = cloud.get<{ format?: string }>("gcp/repository", id);
    if (found && (found.format ?? "DOCKER") === "DOCKER") return undefined;
    return { status: 404, code: "NAME_UNKNOWN", message: `Repository "${name}" not found` };
  }
  if (registry?.kind === "ecr") {
    const { account, region } = registry;
    if (cloud.get("aws/ecr-repository", `${account}/${region}/${path}`)) return undefined;
    const message = `The repository with name '${path}' does not exist in the registry with id '${account}'`;
    return { status: 404, code: "NAME_UNKNOWN", message };
  }
  return undefined;
}

/** Why a registry takes no push at a path; undefined where it does. */
export function unwritable(cloud: Cloud, host: string, path: string): RegistryRefusal | undefined {
  const registry = registryAt(host);
  const refusal = missing(cloud, host, path);
  if (registry?.kind !== "google") return refusal;
  if (refusal?.code === "NAME_UNKNOWN" && registry.gcr) {
    return { status: 403, code: "DENIED", message: noGcr };
  }
  if (refusal) return refusal;
  const { id, name } = googleRepository(registry, path);
  return isRemote(cloud, id)
    ? {
        status: 400,
        code: "UNSUPPORTED",
        message: `Repository "${name}" is remote: it takes no push`,
      }
    : undefined;
}

/**
 * Why the registry of an image would not take a push of it, in its own words as an engine tells them; undefined where it would.
 * @param imageName such as `gcr.io/acme/web:main`.
 */
export function pushRefusal(cloud: Cloud, imageName: string): string | undefined {
  const name = imageName.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const [host = "", ...path] = name.split("/");
  const refusal = unwritable(cloud, host, path.join("/"));
  return refusal && `${refusal.code.toLowerCase().replace("_", " ")}: ${refusal.message}`;
}

/**
 * The path under which this machine's registry keeps a repository of the outside: `docker.io/acme/web`. A remote repository
 * of Artifact Registry holds what Docker Hub does.
 */
export function keptPath(cloud: Cloud, host: string, path: string): string {
  const registry = registryAt(host);
  if (registry?.kind === "hub") return `docker.io/${path}`;
  if (registry?.kind !== "google") return `${host}/${path}`;
  const { id, image } = googleRepository(registry, path);
  return isRemote(cloud, id) ? `docker.io/${image}` : `${host}/${path}`;
}

/** The words of Artifact Registry. */
const noImage =
  "Missing image name. Pushes should be of the form docker push HOST-NAME/PROJECT-ID/REPOSITORY/IMAGE";
const noGcr =
  "gcr.io repo does not exist. Creating on push requires the artifactregistry.repositories.createOnPush permission";

function isGcr(host: string): host is keyof typeof gcrHosts {
  return Object.hasOwn(gcrHosts, host);
}

/** A gcr.io name leaves its repository out, which is called like the host. */
function googleRepository({ location, gcr }: Extract<Host, { kind: "google" }>, path: string) {
  const [project = "", ...rest] = path.split("/");
  const [name = "", ...image] = gcr ? [gcr, ...rest] : rest;
  const id = `projects/${project}/locations/${location}/repositories/${name}`;
  return { id, name, image: image.join("/") };
}

function isRemote(cloud: Cloud, id: string): boolean {
  return cloud.get<{ mode?: string }>("gcp/repository", id)?.mode === "REMOTE_REPOSITORY";
}
