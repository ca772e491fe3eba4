import { z } from "zod";
import { port, strict } from "./forms.ts";

/** The arm of `target` for the Docker engine at hand. */
export const docker = strict({
  kind: z.literal("docker"),
  port,
  bind: z.enum(["127.0.0.1", "0.0.0.0"]).default("127.0.0.1"),
  containerPort: port.default(8000),
  memory: z.int().min(16).default(256),
  processes: z.int().min(16).default(256),
});

export type DockerConfig = z.output<typeof docker>;
