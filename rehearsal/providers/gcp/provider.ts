import { existsSync } from "node:fs";
import type Docker from "dockerode";
import type { Cloud } from "../../cloud/cloud.ts";
import { connectEngine } from "../docker/engine.ts";
import type { Checked, Provider } from "../provider.ts";
import { isProperties, type Properties, type Value, withoutSecrets } from "../values.ts";
import { accountType } from "./account.ts";
import { accountIamMemberType } from "./account-iam-member.ts";
import { alertPolicyType } from "./alert-policy.ts";
import { dashboardType } from "./dashboard.ts";
import { getAccountIdToken } from "./get-account-id-token.ts";
import { getClientConfig } from "./get-client-config.ts";
import { getProject } from "./get-project.ts";
import { isRegion } from "./names.ts";
import { notificationChannelType } from "./notification-channel.ts";
import { projectIamMemberType } from "./project-iam-member.ts";
import { projectServiceType } from "./project-service.ts";
import { repositoryType } from "./repository.ts";
import { repositoryIamMemberType } from "./repository-iam-member.ts";
import { serviceType } from "./run/service.ts";
import { serviceIamMemberType } from "./run/service-iam-member.ts";
import { secretType } from "./secret.ts";
import { secretIamMemberType } from "./secret-iam-member.ts";
import { secretVersionType } from "./secret-version.ts";
import { serviceIdentityType } from "./service-identity.ts";
import type { GoogleSession } from "./session.ts";
import { uptimeCheckType } from "./uptime-check.ts";
import { workloadIdentityPoolType } from "./workload-identity-pool.ts";
import { workloadIdentityPoolProviderType } from "./workload-identity-pool-provider.ts";

// The gcp stand-in: `@pulumi/gcp` 9.37.0 without its plugin, on a cloud that a folder remembers and the engine of this machine.

export interface GoogleProviderOptions {
  readonly cloud: Cloud;
  /** Host and port of this machine's registry, which keeps the images of the outside. */
  readonly registry: string;
  /** Where `DOCKER_HOST`, `GOOGLE_PROJECT` and the like are read from; the default is this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Whether the organisation forbids grants to anybody outside of it, such as `allUsers`. The default is no. */
  readonly domainRestrictedSharing?: boolean;
}

/** Makes the stand-in; the engine is the one that the docker stand-in finds, and is asked only by services. */
export function createGoogleProvider(options: GoogleProviderOptions): Provider {
  const { env = process.env } = options;
  return {
    version: "9.37.0",

    checkConfig: async (inputs, call) => {
      const { region, project } = settingsOf(inputs, env);
      if (!project) call.log.warn("no project is set for the gcp provider; set gcp:project");
      if (region && !isRegion(region)) call.log.warn(`gcp:region: "${region}" is no region`);
      return checkCredentials(inputs);
    },

    async configure(config) {
      const session = openSession(options, config, env);
      return { resources: resources(session), functions: functions(session) };
    },
  };
}

function resources(session: GoogleSession) {
  return {
    "gcp:artifactregistry/repository:Repository": repositoryType(session),
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember":
      repositoryIamMemberType(session),
    "gcp:cloudrunv2/service:Service": serviceType(session),
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": serviceIamMemberType(session),
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": workloadIdentityPoolType(session),
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider":
      workloadIdentityPoolProviderType(session),
    "gcp:monitoring/alertPolicy:AlertPolicy": alertPolicyType(session),
    "gcp:monitoring/dashboard:Dashboard": dashboardType(session),
    "gcp:monitoring/notificationChannel:NotificationChannel": notificationChannelType(session),
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": uptimeCheckType(session),
    "gcp:projects/iAMMember:IAMMember": projectIamMemberType(session),
    "gcp:projects/service:Service": projectServiceType(session),
    "gcp:projects/serviceIdentity:ServiceIdentity": serviceIdentityType(session),
    "gcp:secretmanager/secret:Secret": secretType(session),
    "gcp:secretmanager/secretIamMember:SecretIamMember": secretIamMemberType(session),
    "gcp:secretmanager/secretVersion:SecretVersion": secretVersionType(session),
    "gcp:serviceaccount/account:Account": accountType(session),
    "gcp:serviceaccount/iAMMember:IAMMember": accountIamMemberType(session),
  };
}

function functions(session: GoogleSession) {
  return {
    "gcp:organizations/getClientConfig:getClientConfig": getClientConfig(session),
    "gcp:organizations/getProject:getProject": getProject(session),
    "gcp:serviceaccount/getAccountIdToken:getAccountIdToken": getAccountIdToken(session),
  };
}

function openSession(
  { cloud, registry, domainRestrictedSharing = false }: GoogleProviderOptions,
  config: Properties,
  env: NodeJS.ProcessEnv,
): GoogleSession {
  let engine: Promise<Docker> | undefined;
  return {
    cloud,
    registry,
    ...settingsOf(config, env),
    domainRestrictedSharing,
    engine: () => (engine ??= connectEngine(undefined, env)),
  };
}

const PROJECT = [
  "GOOGLE_PROJECT",
  "GOOGLE_CLOUD_PROJECT",
  "GCLOUD_PROJECT",
  "CLOUDSDK_CORE_PROJECT",
];
const REGION = ["GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"];

function settingsOf(config: Properties, env: NodeJS.ProcessEnv) {
  const given = (value: Value | undefined, names: readonly string[]): string | undefined =>
    value ? String(value) : names.map((name) => env[name]).find(Boolean);
  const labels = readJson(config.defaultLabels);
  return {
    project: given(config.project, PROJECT),
    region: given(config.region, REGION),
    defaultLabels: isProperties(labels)
      ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
      : {},
  };
}

/** A key in JSON or the path of one; what it says is never repeated. */
function checkCredentials(inputs: Properties): Checked {
  const { credentials } = inputs;
  if (typeof credentials !== "string" || credentials === "") return { inputs };
  const isGood = isProperties(readJson(credentials)) || existsSync(credentials);
  const reason = "is neither the key of a service account in JSON nor the path of one";
  return isGood ? { inputs } : { inputs, failures: [{ property: "credentials", reason }] };
}

/** Values that are not text travel as JSON text, and may be secret inside of it. */
function readJson(value: Value | undefined): Value | undefined {
  if (typeof value !== "string") return value;
  try {
    return withoutSecrets(JSON.parse(value) as Value);
  } catch {
    return undefined;
  }
}
