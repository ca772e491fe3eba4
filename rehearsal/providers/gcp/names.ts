import { like } from "./forms.ts";

// The regions and locations of Google's cloud, and what identifiers of its resources look like.

const REGIONS = `
  africa-south1 asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3 asia-south1 asia-south2 asia-southeast1
  asia-southeast2 australia-southeast1 australia-southeast2 europe-central2 europe-north1 europe-north2 europe-southwest1
  europe-west1 europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9 europe-west10 europe-west12
  me-central1 me-central2 me-west1 northamerica-northeast1 northamerica-northeast2 northamerica-south1 southamerica-east1
  southamerica-west1 us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4
`;

const known = new Set(REGIONS.trim().split(/\s+/));

/** Whether Cloud Run has a place of that name; a zone is none. */
export const isRegion = (name: string): boolean => known.has(name);

/** Whether Artifact Registry has a place of that name: a region or a multi-region. */
export const isLocation = (name: string): boolean =>
  isRegion(name) || ["us", "europe", "asia"].includes(name);

/** The locations of the repositories that took over Container Registry's host names. */
export const GCR_LOCATIONS: Readonly<Record<string, string>> = {
  "gcr.io": "us",
  "us.gcr.io": "us",
  "eu.gcr.io": "europe",
  "asia.gcr.io": "asia",
};

/** The id of a service account, by the provider's rule. */
export const accountId = like(
  /^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$/,
  "is no account id; use 6 to 30 lower-case letters, digits and -, beginning with a letter",
);

/** The id of a pool of identities, or of one of its providers. */
export const poolId = like(
  /^(?!gcp-)[a-z0-9-]{4,32}$/,
  "is no id of a pool or provider; use 4 to 32 lower-case letters, digits and -, not beginning with gcp-",
);
