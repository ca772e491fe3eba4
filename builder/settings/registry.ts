import { LOCAL_REGISTRY_PORT } from "../../setup/local-registry.ts";
import type { RegistrySettings } from "../settings.ts";
import type { Environment } from "./environment.ts";

/** Where images go, or what is wrong with how that was said; `notices` are for the log. */
export interface ReadRegistry {
  readonly registry?: RegistrySettings;
  readonly problems: readonly string[];
  readonly notices: readonly string[];
}

/** Docker Hub's registry answers by another name than the one in references. */
const DOCKER_HUB = { origin: "https://registry-1.docker.io", host: "docker.io" };

const ADDRESS =
  /^(?:(?<scheme>https?):\/\/)?(?<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?)(?<path>(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)\/?$/;

/** REGISTRY wins over Docker Hub's variables; with neither, images go to the registry that this machine keeps. */
export function readRegistry(env: Environment): ReadRegistry {
  if (env.REGISTRY) return readAddress(env.REGISTRY, env);
  if (env.DOCKERHUB_USERNAME || env.DOCKERHUB_PASSWORD || env.DOCKERHUB_NAMESPACE) {
    return readDockerHub(env);
  }
  const prefix = `localhost:${LOCAL_REGISTRY_PORT}`;
  return { registry: { origin: `http://${prefix}`, prefix }, problems: [], notices: [] };
}

function readAddress(address: string, env: Environment): ReadRegistry {
  const { scheme, host, path = "" } = ADDRESS.exec(address)?.groups ?? {};
  const problems: string[] = [];
  if (!host) {
    problems.push(
      "REGISTRY: is no registry; use the form HOST[:PORT][/PATH] in lower-case letters, with http:// or https:// before it if need be, and put the login into REGISTRY_USERNAME and REGISTRY_PASSWORD",
    );
  }
  const login = readLogin("REGISTRY", env, problems);
  if (!host || problems.length > 0) return { problems, notices: [] };
  const isHub = host === DOCKER_HUB.host;
  const origin = isHub ? DOCKER_HUB.origin : `${scheme ?? schemeFor(host)}://${host}`;
  const notices = env.DOCKERHUB_USERNAME
    ? [`REGISTRY: ${host}${path} takes the images; the variables of Docker Hub are not used`]
    : [];
  return {
    registry: { origin, prefix: `${host}${path}`, ...(login && { login }) },
    problems,
    notices,
  };
}

function readDockerHub(env: Environment): ReadRegistry {
  const problems: string[] = [];
  const login = readLogin("DOCKERHUB", env, problems);
  if (!login && problems.length === 0) {
    problems.push(
      "DOCKERHUB_USERNAME: required with DOCKERHUB_NAMESPACE; set it and DOCKERHUB_PASSWORD, or take both away",
    );
  }
  const asked = env.DOCKERHUB_NAMESPACE || env.DOCKERHUB_USERNAME || "";
  const namespace = asked.toLowerCase();
  if (asked && !/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(namespace)) {
    problems.push(
      `DOCKERHUB_NAMESPACE: "${asked}" is no namespace of Docker Hub; use its letters and digits`,
    );
  }
  if (problems.length > 0 || !login) return { problems, notices: [] };
  const notices =
    namespace === asked
      ? []
      : [
          `DOCKERHUB_NAMESPACE: "${asked}" is used as "${namespace}": names of images have no capitals`,
        ];
  const prefix = `${DOCKER_HUB.host}/${namespace}`;
  return { registry: { origin: DOCKER_HUB.origin, prefix, login }, problems, notices };
}

function readLogin(
  name: "REGISTRY" | "DOCKERHUB",
  env: Environment,
  problems: string[],
): RegistrySettings["login"] {
  const username = env[`${name}_USERNAME`];
  const password = env[`${name}_PASSWORD`];
  if (username && password) return { username, password };
  if (username || password) {
    const lacking = username ? "PASSWORD" : "USERNAME";
    problems.push(
      `${name}_${lacking}: required with ${name}_${username ? "USERNAME" : "PASSWORD"}; set both or neither`,
    );
  }
  return undefined;
}

/** As engines do it: a registry on this machine is spoken to without TLS. */
function schemeFor(host: string): "http" | "https" {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::|$)/.test(host) ? "http" : "https";
}
