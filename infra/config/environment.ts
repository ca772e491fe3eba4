import { homedir } from "node:os";
import { join } from "node:path";

// What a run is told by its environment: the variables of existing set-ups, under each of their names.

type Environment = Readonly<Record<string, string | undefined>>;

/** Who one logs in as. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** What the environment brings to log in with. Values are secret: they are never printed, tagged or stored. */
export interface Logins {
  /** `DOCKERHUB_USERNAME` and `DOCKERHUB_PASSWORD`, also spelt `DOCKER_HUB_USER` and `DOCKER_HUB_KEY`. */
  readonly dockerHub: Login | undefined;
  /** The key of a service account, as JSON: `GCP_SERVICE_KEY`, which may be in base64. */
  readonly googleKey: string | undefined;
  /** The folder with what Docker is logged in to: `DOCKER_CONFIG`, else `.docker` at home. Absent: Docker's login is not used. */
  readonly dockerConfig?: string;
  /** What Google's own tools log in with; absent in a program, which leaves that to its provider. */
  readonly google?: GoogleLogin;
  /** The variables with which Docker's credential helpers find their clouds. Absent: those of this process. */
  readonly environment?: Environment;
}

/** What Google's own tools log in with, in the order in which they look. */
export interface GoogleLogin {
  /** `GOOGLE_OAUTH_ACCESS_TOKEN`, which is short-lived. */
  readonly accessToken: string | undefined;
  /** `GOOGLE_CREDENTIALS`: JSON, or the path of a file with it. */
  readonly credentials: string | undefined;
  /** `GOOGLE_APPLICATION_CREDENTIALS`: the path of a file. */
  readonly file: string | undefined;
}

/** Reads what there is to log in with. */
export function logins(env: Environment): Logins {
  const username = env.DOCKERHUB_USERNAME || env.DOCKER_HUB_USER;
  const password = env.DOCKERHUB_PASSWORD || env.DOCKER_HUB_KEY;
  return {
    dockerHub: username && password ? { username, password } : undefined,
    googleKey: env.GCP_SERVICE_KEY ? plain(env.GCP_SERVICE_KEY) : undefined,
    dockerConfig: env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker"),
  };
}

/** Reads what there is to log in with where no provider does it: outside of a Pulumi program. */
export function loginsOfTools(env: Environment): Logins {
  return {
    ...logins(env),
    google: {
      accessToken: env.GOOGLE_OAUTH_ACCESS_TOKEN || undefined,
      credentials: env.GOOGLE_CREDENTIALS || undefined,
      file: env.GOOGLE_APPLICATION_CREDENTIALS || undefined,
    },
    environment: env,
  };
}

/** The keys of a registry or target, by its kind, and of a cloud's ground that the environment may give, where the stack file gives none. */
const variables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "artifact-registry": { project: "GCP_PROJECT_ID" },
  "cloud-run": { project: "GCP_PROJECT_ID", region: "GCP_REGION" },
  ecr: { region: "AWS_REGION" },
  "elastic-beanstalk": {
    region: "AWS_REGION",
    application: "EB_APP_NAME",
    environment: "EB_ENV_NAME",
    environmentId: "EB_ENV_ID",
  },
  google: { project: "GCP_PROJECT_ID", region: "GCP_REGION" },
  aws: { region: "AWS_REGION" },
};

/** Everything under `slipway:` as it stands in the stack file, with what it leaves to the environment. */
export function filledIn(written: Map, env: Environment): Map {
  const filled = (part: unknown, kind: unknown): unknown =>
    isMap(part) ? { ...given(variables[String(kind)] ?? {}, env), ...part } : part;
  return mapped(written, (value, key) => {
    if (!isMap(value)) return value;
    if (key === "ground") return mapped(value, filled);
    if (key !== "services") return value;
    return mapped(value, (service) =>
      isMap(service)
        ? mapped(service, (part, name) =>
            (name === "registry" || name === "target") && isMap(part)
              ? filled(part, part.kind)
              : part,
          )
        : service,
    );
  });
}

function given(names: Readonly<Record<string, string>>, env: Environment) {
  const entries = Object.entries(names).map(([key, name]) => [key, env[name] || undefined]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function mapped(map: Map, change: (value: unknown, key: string) => unknown): Map {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

type Map = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Map {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plain(key: string): string {
  return key.trimStart().startsWith("{") ? key : Buffer.from(key, "base64").toString("utf8");
}
