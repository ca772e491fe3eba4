import type { Readable } from "node:stream";
import type { Context } from "../context/context.ts";
import { receiveDockerfile } from "../context/receive-dockerfile.ts";
import { receiveTar } from "../context/receive-tar.ts";
import type { Settings } from "../settings.ts";

/** Takes in what an order brings, within what the settings allow. */
export interface Intake {
  /** @throws ContextRefused for what is no Dockerfile, or starts from what is not allowed. */
  dockerfile(content: Buffer): Promise<Context>;
  /** @throws ContextRefused for what is no archive, leads out of it, or has no Dockerfile where it is said to be. */
  archive(stream: Readable, dockerfile: string): Promise<Context>;
}

/** Binds the settings to what reads contexts. */
export function openIntake(settings: Settings): Intake {
  const { uploadLimits, baseImages, frontends } = settings;
  const allowed = { baseImages, frontends };
  return {
    dockerfile: (content) => receiveDockerfile(content, uploadLimits, allowed),
    archive: (stream, dockerfile) => receiveTar(stream, uploadLimits, { ...allowed, dockerfile }),
  };
}
