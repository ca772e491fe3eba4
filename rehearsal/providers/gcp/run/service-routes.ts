import { allowToken, dropRoute, setRoute } from "../../../cloud/routes.ts";
import { isGranted } from "../binding.ts";
import { ID_TOKEN, type IdToken } from "../id-token.ts";
import { type GoogleSession, projectNumber, stableLetters } from "../session.ts";
import { serviceOf } from "./service-record.ts";

// The host names of a service and who may ask there.

const INVOKER = "roles/run.invoker";

/** Codes that stand for regions in host names; where the real one is not known, two letters that stay the same. */
const CODES: Readonly<Record<string, string>> = {
  "us-central1": "uc",
  "us-east1": "ue",
  "us-east4": "uk",
  "us-west1": "uw",
  "europe-north1": "lz",
  "europe-west1": "ew",
  "europe-west2": "nw",
  "europe-west3": "ey",
  "europe-west4": "ez",
  "asia-northeast1": "an",
};

/** The two hosts of a service: that of its `uri`, and the one with the project's number. */
export function hostsOf(name: string, location: string, project: string): [string, string] {
  const code = CODES[location] ?? stableLetters(location, 2);
  const letters = stableLetters(`${project}/${location}`, 10);
  return [
    `${name}-${letters}-${code}.a.run.app`,
    `${name}-${projectNumber(project)}.${location}.run.app`,
  ];
}

/** Sends what is asked of a service to the revision that serves, and lets in whom its grants let in. */
export function publish(session: GoogleSession, id: string): void {
  const { cloud } = session;
  const service = serviceOf(cloud, id);
  if (!service) return;
  const { spec, serving, hosts } = service;
  const isOpen = serving !== undefined && spec.ingress === "INGRESS_TRAFFIC_ALL";
  const isPublic =
    spec.invokerIamDisabled === true ||
    isGranted(cloud, { resource: id, role: INVOKER, member: "allUsers" });
  for (const host of hosts) {
    if (isOpen) setRoute(cloud, host, { port: serving.port, public: isPublic });
    else dropRoute(cloud, host);
  }
  for (const { id: token, value } of cloud.list<IdToken>(ID_TOKEN)) {
    const isFor = hosts.some((host) => value.audience === `https://${host}`);
    const member = `serviceAccount:${value.account}`;
    if (isFor && isGranted(cloud, { resource: id, role: INVOKER, member })) {
      allowToken(cloud, token, value.audience);
    }
  }
}
