import { block, flag, list, set, text, whole } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { isProperties, type Properties, type Value } from "../values.ts";
import { apiError } from "./api-error.ts";
import { like, oneOf } from "./forms.ts";
import { GCR_LOCATIONS, isLocation } from "./names.ts";
import { recordType } from "./record-type.ts";
import { SECRET_VERSION } from "./secret-records.ts";
import { byProjectId, type GoogleSession, locationOf, projectOf } from "./session.ts";

// `gcp.artifactregistry.Repository`: where images are kept, or through which those of Docker Hub are pulled.

/** The kind of the cloud's records; their ids are `projects/P/locations/L/repositories/R`. */
export const REPOSITORY = "gcp/repository";

const duration = {
  same: (old: Value | undefined, planned: Value | undefined) =>
    inSeconds(old) === inSeconds(planned),
  refuses: like(/^\d+(?:\.\d+)?[smhd]$/, "is no duration; write it as 30d or 2592000s"),
};

const cleanupPolicy = block({
  id: text({ required: true }),
  action: text({ refuses: oneOf("DELETE", "KEEP") }),
  condition: block({
    newerThan: text(duration),
    olderThan: text(duration),
    packageNamePrefixes: list(text()),
    tagPrefixes: list(text()),
    tagState: text({ refuses: oneOf("TAGGED", "UNTAGGED", "ANY"), default: "ANY" }),
    versionNamePrefixes: list(text()),
  }),
  mostRecentVersions: block({ keepCount: whole(), packageNamePrefixes: list(text()) }),
});

const remote = block(
  {
    description: text(),
    disableUpstreamValidation: flag(),
    dockerRepository: block({
      publicRepository: text({ refuses: oneOf("DOCKER_HUB") }),
      customRepository: block({ uri: text() }),
    }),
    commonRepository: block({ uri: text({ required: true }) }),
    upstreamCredentials: block({
      usernamePasswordCredentials: block({ username: text(), passwordSecretVersion: text() }),
    }),
  },
  { replaces: true },
);

/** Makes the type for one configuration of the provider. */
export function repositoryType(session: GoogleSession): ResourceType {
  return recordType(session, {
    kind: "Repository",
    record: REPOSITORY,
    api: "artifactregistry.googleapis.com",
    schema: {
      repositoryId: text({ required: true, replaces: true }),
      format: text({ required: true, replaces: true }),
      location: text({ computed: true, replaces: true }),
      project: text({ computed: true, replaces: true }),
      mode: text({
        default: "STANDARD_REPOSITORY",
        replaces: true,
        refuses: oneOf("STANDARD_REPOSITORY", "VIRTUAL_REPOSITORY", "REMOTE_REPOSITORY"),
      }),
      description: text(),
      kmsKeyName: text({ replaces: true }),
      cleanupPolicies: set(cleanupPolicy),
      cleanupPolicyDryRun: flag(),
      dockerConfig: block({ immutableTags: flag() }),
      remoteRepositoryConfig: remote,
      vulnerabilityScanningConfig: block(
        {
          enablementConfig: text({ refuses: oneOf("INHERITED", "DISABLED") }),
          enablementState: text({ output: true }),
          enablementStateReason: text({ output: true }),
        },
        { computed: true },
      ),
      name: text({ output: true }),
      registryUri: text({ output: true }),
      createTime: text({ output: true }),
      updateTime: text({ output: true }),
    },
    labelled: true,
    deletionPolicies: [],
    refuse: (planned) => refuse(session, planned),
    id: (planned) =>
      `projects/${projectOf(planned)}/locations/${locationOf(session, planned)}/repositories/${planned.repositoryId}`,
    made(planned) {
      const location = locationOf(session, planned);
      const now = new Date().toISOString();
      return {
        name: String(planned.repositoryId),
        location,
        registryUri: `${location}-docker.pkg.dev/${projectOf(planned)}/${planned.repositoryId}`,
        createTime: now,
        updateTime: now,
      };
    },
    changed: () => ({ updateTime: new Date().toISOString() }),
  });
}

function refuse(session: GoogleSession, planned: Properties): void {
  const id = String(planned.repositoryId);
  const location = locationOf(session, planned);
  if (!isLocation(location)) {
    throw apiError(403, `Permission denied on 'locations/${location}' (or it may not exist)`);
  }
  const wanted = GCR_LOCATIONS[id];
  if (wanted !== undefined && wanted !== location) {
    throw apiError(
      400,
      `a repository named ${id} can be in location ${wanted} only, not ${location}`,
    );
  }
  if (wanted === undefined && !/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(id)) {
    throw apiError(
      400,
      `invalid repository_id "${id}": use 1 to 63 lower-case letters, digits and -, beginning with a letter`,
    );
  }
  if (planned.format !== "DOCKER") {
    throw apiError(400, `format ${planned.format} has no stand-in; only DOCKER has`);
  }
  if ((planned.mode === "REMOTE_REPOSITORY") !== isProperties(planned.remoteRepositoryConfig)) {
    throw apiError(
      400,
      "remoteRepositoryConfig belongs to mode REMOTE_REPOSITORY, and to no other",
    );
  }
  const version = loginOf(planned)?.passwordSecretVersion;
  const path = version && byProjectId(String(version), projectOf(planned));
  if (path && session.cloud.get(SECRET_VERSION, path) === undefined) {
    throw apiError(400, `Secret Version ${path} not found, which is to log in to the upstream`);
  }
}

/** What a remote repository logs in with. */
export function loginOf({ remoteRepositoryConfig }: Properties): Properties | undefined {
  const credentials =
    isProperties(remoteRepositoryConfig) && remoteRepositoryConfig.upstreamCredentials;
  const login = isProperties(credentials || undefined)
    ? (credentials as Properties).usernamePasswordCredentials
    : undefined;
  return isProperties(login) ? login : undefined;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function inSeconds(value: Value | undefined): number | undefined {
  const [, amount, unit = ""] = /^([\d.]+)([smhd])$/.exec(String(value)) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit] ?? 1);
}
