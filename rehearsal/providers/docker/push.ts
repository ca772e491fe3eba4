import type Docker from "dockerode";
import type { Call } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Credentials } from "./credentials.ts";
import { readRecords } from "./records.ts";
import { parseReference } from "./reference.ts";

// Pushes a local image to its registry, telling how many bytes are on their way.

/** Pushes `name` (no tag means `latest`) and returns the digest of the manifest that the registry took, "sha256:…". */
export async function pushImage(
  docker: Docker,
  name: string,
  credentials: Credentials | undefined,
  call: Call,
): Promise<string | undefined> {
  const { host, path, tag = "latest" } = parseReference(name);
  const repository = host === "docker.io" ? path.replace(/^library\//, "") : `${host}/${path}`;
  const stream = await docker.getImage(repository).push({
    tag,
    // Without this header the engine refuses to push at all.
    authconfig: credentials ?? { username: "", password: "" },
    abortSignal: call.signal,
  } as never);
  const progress = transferProgress("pushing", call);
  let digest: string | undefined;
  for await (const record of readRecords(stream as never, call.signal)) {
    if (record.error) throw new RuleError(`push of ${name}: ${record.error}`);
    progress(record);
    digest = (record.aux as { Digest?: string } | undefined)?.Digest ?? digest;
  }
  return digest;
}

/** Tells "pushing 3.1 of 12.0 MB", over all layers together. */
export function transferProgress(verb: string, call: Call) {
  const layers = new Map<string, { current: number; total: number }>();
  let told = "";
  return ({
    id,
    progressDetail,
  }: {
    id?: string;
    progressDetail?: { current?: number; total?: number };
  }): void => {
    const { current, total } = progressDetail ?? {};
    if (!id || !current || !total) return;
    layers.set(id, { current: Math.min(current, total), total });
    const all = [...layers.values()];
    const text = `${verb} ${megabytes(all, "current")} of ${megabytes(all, "total")} MB`;
    if (text !== told) call.log.progress(text);
    told = text;
  };
}

function megabytes(
  layers: readonly { current: number; total: number }[],
  key: "current" | "total",
): string {
  return (layers.reduce((sum, layer) => sum + layer[key], 0) / 1e6).toFixed(1);
}
