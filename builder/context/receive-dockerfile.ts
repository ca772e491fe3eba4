import type { UploadLimits } from "../settings.ts";
import type { Context } from "./context.ts";
import { type Allowed, checkDockerfile } from "./dockerfile.ts";
import { packOne } from "./pack.ts";

/**
 * Makes a context of a Dockerfile alone; the same content gives the same bytes.
 * @throws ContextRefused when it is no Dockerfile that this builder builds.
 */
export async function receiveDockerfile(
  content: Buffer,
  limits: UploadLimits,
  allowed: Allowed = {},
): Promise<Context> {
  checkDockerfile(content, limits.dockerfileBytes, allowed);
  const size = content.length;
  const entry = { kind: "file", path: "Dockerfile", isExecutable: false, size } as const;
  const parts = await packOne({ ...entry, changedAt: new Date(0) }, content);
  return { parts, bytes: size, files: 1 };
}
