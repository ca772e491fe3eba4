import { z } from "zod";
import { absolutePath, port, strict, text } from "./forms.ts";

/** The arm of `target` for the Docker engine at hand. */
export const docker = strict({
  kind: z.literal("docker"),
  port,
  bind: z.enum(["127.0.0.1", "0.0.0.0"]).default("127.0.0.1"),
  containerPort: port.default(8000),
  memory: z.int().min(16).default(256),
  processes: z.int().min(16).default(256),
  data: strict({
    volume: text(
      /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
      "is no volume name; use two or more letters, digits and _ . -",
    ),
    path: absolutePath,
  }).optional(),
});

export type DockerConfig = z.output<typeof docker>;
