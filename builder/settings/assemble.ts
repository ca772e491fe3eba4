import type { z } from "zod";
import type { Client, RegistrySettings, Settings } from "../settings.ts";
import type { variables } from "./variables.ts";

/** Puts what was read in its place. */
export function assemble(
  read: z.output<typeof variables>,
  role: Settings["role"],
  registry: RegistrySettings,
  clients: readonly Client[],
  engine: string,
): Settings {
  return {
    role,
    host: read.HOST,
    ...portOf(role, read.PORT),
    ...(read.DATABASE_URL && { databaseUrl: read.DATABASE_URL }),
    folder: read.BUILDER_FOLDER,
    registry,
    clients,
    engine: read.DOCKER_HOST ?? engine,
    ...(read.BUILDKIT_HOST && { buildkitHost: read.BUILDKIT_HOST }),
    ...(read.BUILDER_NAME && { name: read.BUILDER_NAME }),
    slots: read.BUILDER_SLOTS,
    buildLimits: {
      memory: read.BUILDER_MEMORY,
      cpus: read.BUILDER_CPUS,
      pids: read.BUILDER_PIDS,
      seconds: read.BUILDER_SECONDS,
      logBytes: read.BUILDER_LOG_BYTES,
      imageBytes: read.BUILDER_IMAGE_BYTES,
      diskBytes: read.BUILDER_DISK_BYTES,
    },
    uploadLimits: {
      dockerfileBytes: read.BUILDER_DOCKERFILE_BYTES,
      bodyBytes: read.BUILDER_BODY_BYTES,
      contextBytes: read.BUILDER_CONTEXT_BYTES,
      contextFiles: read.BUILDER_CONTEXT_FILES,
      perMinute: read.BUILDER_PER_MINUTE,
      waiting: read.BUILDER_WAITING,
      running: read.BUILDER_RUNNING,
    },
    baseImages: read.BUILDER_BASE_IMAGES,
    frontends: read.BUILDER_FRONTENDS,
    ...(read.BUILDER_CALLBACK_SECRET && { callbackSecret: read.BUILDER_CALLBACK_SECRET }),
    logLevel: read.LOG_LEVEL,
    ...(read.app_commit && {
      release: { commit: read.app_commit, branch: read.app_branch },
    }),
  };
}

function portOf(role: Settings["role"], asked: number | undefined): Pick<Settings, "port"> {
  const port = asked ?? (role === "worker" ? undefined : 8000);
  return port === undefined ? {} : { port };
}
