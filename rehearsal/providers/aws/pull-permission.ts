import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties } from "../values.ts";
import type { StoredObject } from "./bucket-object.ts";
import type { ContainerPlan } from "./container-plan.ts";
import { allows } from "./permissions.ts";
import type { Session } from "./session.ts";

// Whether instances may pull an image.

/**
 * Refuses an image that instances with this role could not pull, for all that can be said without pulling it.
 * @throws RuleError when a repository or an access to it is missing.
 */
export function checkPull(
  session: Session,
  region: string,
  role: string,
  { image, authentication }: ContainerPlan,
): void {
  const ecr =
    /^(?<account>\d{12})\.dkr\.ecr\.(?<home>[a-z0-9-]+)\.amazonaws\.com\/(?<name>[^:@]+)/.exec(
      image,
    )?.groups;
  if (ecr) {
    checkEcr(session, role, image, ecr);
    return;
  }
  // Read whether it is needed or not.
  const login = authentication && loginOf(session, region, role, authentication);
  const hub = hubRepository(image);
  if (hub === undefined || session.cloud.get("hub/private", hub) === undefined) return;
  if (login === undefined) {
    throw new RuleError(
      `${image}: pull access denied: the repository is private; give Dockerrun.aws.json an Authentication`,
    );
  }
  if (login.some((server) => /(?:^|\/\/|\.)docker\.io(?:\/|$)/.test(server))) return;
  throw new RuleError(
    `${image}: pull access denied: the file of Authentication has no login for https://index.docker.io/v1/; add it`,
  );
}

/** `acme/web` of an image of Docker Hub; undefined for another registry's. */
export function hubRepository(image: string): string | undefined {
  const [first = "", ...rest] = image.replace(/@.*$/, "").split("/");
  const path = [first, ...rest].join("/").replace(/:[^/:]*$/, "");
  if (rest.length === 0) return `library/${path}`;
  if (!/[.:]/.test(first) && first !== "localhost") return path;
  const inside = path.slice(first.length + 1);
  if (!/^(?:index\.|registry-1\.)?docker\.io$/.test(first)) return undefined;
  return inside.includes("/") ? inside : `library/${inside}`;
}

function checkEcr(
  session: Session,
  role: string,
  image: string,
  { account, home, name }: Record<string, string>,
): void {
  if (!session.cloud.get("aws/ecr-repository", `${account}/${home}/${name}`)) {
    throw new RuleError(
      `${image}: name unknown: the repository ${name} does not exist in ${home}; make it`,
    );
  }
  const arn = `arn:aws:ecr:${home}:${account}:repository/${name}`;
  const needed = [
    ["ecr:GetAuthorizationToken", "*"],
    ["ecr:BatchGetImage", arn],
    ["ecr:GetDownloadUrlForLayer", arn],
  ] as const;
  const missing = needed.find(([action, resource]) => !allows(session, role, action, resource));
  if (!missing) return;
  throw new RuleError(
    `${image}: pull access denied: the role ${role} of the instances is not allowed ${missing[0]}; attach AmazonEC2ContainerRegistryReadOnly`,
  );
}

/** The servers for which the file has a login. */
function loginOf(
  session: Session,
  region: string,
  role: string,
  { bucket, key }: NonNullable<ContainerPlan["authentication"]>,
): string[] {
  const { cloud } = session;
  const where = `Authentication: s3://${bucket}/${key}`;
  const home = cloud.get<Properties>("aws/bucket", bucket)?.region;
  const stored = cloud.get<StoredObject>("aws/object", `${bucket}/${key}`);
  if (home === undefined || !stored) throw new RuleError(`${where} does not exist; store it`);
  if (home !== region) {
    throw new RuleError(`${where} is in ${home}; keep it in a bucket in ${region}`);
  }
  if (!allows(session, role, "s3:GetObject", `arn:aws:s3:::${bucket}/${key}`)) {
    throw new RuleError(
      `${where}: the role ${role} of the instances is not allowed s3:GetObject there; add it to its policies`,
    );
  }
  return serversOf(Buffer.from(stored.content, "base64").toString("utf8"), where);
}

/** Docker's configuration of today has its logins under `auths`, that of old at the top. */
function serversOf(text: string, where: string): string[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new RuleError(`${where} is not valid JSON; store a configuration of Docker`);
  }
  const { auths, ...rest } = content as Properties;
  const logins = Object.entries(isProperties(auths) ? auths : rest);
  return logins.flatMap(([server, login]) =>
    isProperties(login) && typeof login.auth === "string" && login.auth !== "" ? [server] : [],
  );
}
