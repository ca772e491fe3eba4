import type Docker from "dockerode";
import type { Call } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { CredentialStore } from "./credentials.ts";
import { transferProgress } from "./push.ts";
import { readRecords } from "./records.ts";
import { credentialKey, parseReference } from "./reference.ts";

// Pulls an image into the engine, telling how many bytes have come.

/** Pulls `name` (no tag means `latest`), by tag or digest; throws `RuleError` when the registry does not have it. */
export async function pullImage(
  docker: Docker,
  name: string,
  credentials: CredentialStore,
  platform: string | undefined,
  call: Call,
): Promise<void> {
  const { host, tag, digest } = parseReference(name);
  const authconfig = credentials.get(credentialKey(host));
  const stream = await docker.createImage({
    fromImage: tag || digest ? name : `${name}:latest`,
    ...(platform && { platform }),
    ...(authconfig && { authconfig }),
    abortSignal: call.signal,
  });
  const progress = transferProgress("pulling", call);
  for await (const record of readRecords(stream as never, call.signal)) {
    if (record.error) throw new RuleError(`pull of ${name}: ${record.error}`);
    progress(record);
  }
}
