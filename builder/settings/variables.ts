import { join, resolve } from "node:path";
import { z } from "zod";
import { bytes, decimal, imageNames, whole } from "./quantities.ts";

/** Host names and addresses that nobody reaches from another machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** In the checkout, beside what else this machine keeps for it. */
const FOLDER = join(import.meta.dirname, "..", "..", ".slipway", "builder");

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const text = (form: RegExp, advice: string) => z.string().regex(form, { error: advice });

/** Every variable that stands for itself; the registry and the tokens are read together from several. */
export const variables = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: whole(0, 65_535).optional(),
  DATABASE_URL: text(
    /^postgres(?:ql)?:\/\/./,
    "is no address of a Postgres; use the form postgres://HOST/DATABASE",
  ).optional(),
  // BuildKit's client takes it among options with commas between.
  BUILDER_FOLDER: z
    .string()
    .prefault(FOLDER)
    .transform((folder) => resolve(folder))
    .refine((folder) => !folder.includes(","), {
      error: ({ input }) => `${input} has a comma in it; name a folder without one`,
    }),
  DOCKER_HOST: z.string().optional(),
  BUILDKIT_HOST: text(
    /^(?:unix|tcp|docker-container|kube-pod|ssh|podman-container|npipe):\/\/./,
    "is no address of a BuildKit; use the form tcp://HOST:PORT or unix:///PATH",
  ).optional(),
  BUILDER_NAME: text(
    /^[a-z0-9](?:[a-z0-9-]{0,29}[a-z0-9])?$/,
    "is no name; use 1 to 31 lower-case letters, digits and - between them",
  ).optional(),
  BUILDER_SLOTS: whole(1, 64).default(2),
  BUILDER_MEMORY: bytes(64 * MIB).default(GIB),
  BUILDER_CPUS: decimal(0.1, 256).default(1),
  BUILDER_PIDS: whole(32, 32_768).default(512),
  BUILDER_SECONDS: whole(1, 86_400).default(900),
  BUILDER_LOG_BYTES: bytes(KIB).default(16 * MIB),
  BUILDER_IMAGE_BYTES: bytes(MIB).default(2 * GIB),
  BUILDER_DISK_BYTES: bytes(64 * MIB).default(4 * GIB),
  BUILDER_DOCKERFILE_BYTES: bytes(1).default(512 * KIB),
  BUILDER_BODY_BYTES: bytes(KIB).default(64 * MIB),
  BUILDER_CONTEXT_BYTES: bytes(1).default(256 * MIB),
  BUILDER_CONTEXT_FILES: whole(1, 1_000_000).default(10_000),
  BUILDER_PER_MINUTE: whole(1, 1_000_000).default(600),
  BUILDER_WAITING: whole(1, 1_000_000).default(2_000),
  BUILDER_RUNNING: whole(1, 10_000).default(4),
  BUILDER_BASE_IMAGES: imageNames.default(["*"]),
  BUILDER_FRONTENDS: imageNames.default(["docker/dockerfile", "docker/dockerfile-upstream"]),
  BUILDER_CALLBACK_SECRET: z
    .string()
    .min(32, { error: "is shorter than 32 characters; make one with openssl rand -hex 32" })
    .optional(),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
      error: "is no level; use one of fatal, error, warn, info, debug, trace, silent",
    })
    .default("info"),
  app_commit: z.string().optional(),
  app_branch: z.string().default("unknown"),
});
