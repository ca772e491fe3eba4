import { RuleError } from "../rule-error.ts";
import { readCompose } from "./compose.ts";
import type { ContainerPlan } from "./container-plan.ts";
import { readDockerrun } from "./dockerrun.ts";
import { isZip, unzip } from "./zip.ts";

/** The most that a bundle may hold, by the developer guide: 500 MB. */
const limit = 500 * 1024 * 1024;

/**
 * Reads a source bundle: a zip with its files at the root, or one file alone.
 * @throws RuleError when the platform would not know what to run.
 */
export function readBundle(bytes: Buffer): ContainerPlan {
  if (bytes.length > limit)
    throw new RuleError("the bundle is larger than 500 MB; make it smaller");
  const files = isZip(bytes) ? filesOf(bytes) : new Map([[alone(bytes), bytes]]);
  const compose = files.get("docker-compose.yml") ?? files.get("docker-compose.yaml");
  const dockerrun = files.get("Dockerrun.aws.json");
  // The platform looks in this order: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/docker-configuration.html.
  if (compose) return readCompose(compose.toString("utf8"), dockerrun?.toString("utf8"));
  if (files.has("Dockerfile")) {
    throw new RuleError(
      "the bundle has a Dockerfile, which a rehearsal does not build; name an image in Dockerrun.aws.json",
    );
  }
  if (dockerrun) return readDockerrun(dockerrun.toString("utf8"));
  const folders = [...files.keys()].some((name) => name.includes("/"));
  throw new RuleError(
    `no Docker-related configuration files were found at the root of the bundle${folders ? ", whose files are in a folder" : ""}; put Dockerrun.aws.json or docker-compose.yml there`,
  );
}

function filesOf(bytes: Buffer): Map<string, Buffer> {
  try {
    return new Map(unzip(bytes).map(({ name, content }) => [name, content]));
  } catch (error) {
    throw new RuleError("the bundle is a zip archive that cannot be read; make it again", {
      cause: error,
    });
  }
}

/** The name that a file on its own has, by what it holds. */
function alone(bytes: Buffer): string {
  const start = bytes.toString("utf8", 0, 65_536);
  if (/^\s*\{/.test(start)) return "Dockerrun.aws.json";
  if (/^\s*FROM\s/im.test(start) && !/^services:/m.test(start)) return "Dockerfile";
  return /^services:/m.test(start) ? "docker-compose.yml" : "unknown";
}
