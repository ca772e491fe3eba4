import { z } from "zod";
import { absolutePath, port, strict, text, whole } from "./forms.ts";
import { googleProject, googleRegion } from "./places.ts";

const email = text(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "is no e-mail address; write it as name@host");

/** The arm of `target` for Cloud Run. */
export const cloudRun = strict({
  kind: z.literal("cloud-run"),
  project: googleProject,
  region: googleRegion,
  /** `unchecked` leaves the invoker check out, for organisations that forbid `allUsers`. */
  access: z.enum(["public", "unchecked", "private"]),
  /** The service account whose identity the proof of a private service shows. */
  prover: email.optional(),
  containerPort: port.default(8080),
  cpu: z.number().default(1),
  /** MiB. */
  memory: whole(128, 32_768).default(512),
  concurrency: whole(1, 1_000).default(80),
  instances: strict({
    min: whole(0, 1_000).default(0),
    max: whole(1, 1_000).default(10),
  }).prefault({}),
  /** Seconds that a request may take. */
  timeout: whole(1, 3_600).default(300),
  health: strict({
    path: absolutePath.default("/"),
    /** Seconds that a new instance has before the path must answer. */
    startup: whole(1, 240).default(60),
  }).prefault({}),
  protect: z.boolean().default(true),
  alerts: strict({
    email: email.optional(),
    /** Share of the requests that may fail, in percent. */
    errors: z.number().positive().max(100).default(5),
    /** Milliseconds within which 95 % of the requests must be answered. */
    latency: whole(1, 3_600_000).default(2_000),
  }).prefault({}),
});

export type CloudRunConfig = z.output<typeof cloudRun>;
