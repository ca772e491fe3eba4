import { z } from "zod";

// What the v1 API answers, as the schemas that write the answers and the OpenAPI document. Times are ISO 8601 in UTC; what is
// not there (yet) is null.

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const time = z.string().meta({ format: "date-time" });

export const buildState = z.enum([
  "queued",
  "building",
  "pushing",
  "succeeded",
  "failed",
  "cancelled",
]);

const step = z.enum(["build", "push"]);

export const attempt = z
  .object({
    number: z.int().min(1),
    worker: z.string(),
    state: z.enum(["building", "pushing", "succeeded", "failed", "cancelled", "lost"]).meta({
      description: "`lost`: the worker went away; another attempt follows.",
    }),
    first_step: step.meta({ description: "A retried push begins with the push." }),
    digest: digest.nullable(),
    error: z.string().nullable(),
    started_at: time,
    finished_at: time.nullable(),
  })
  .meta({ id: "Attempt", description: "What one worker did for one build." });

export const build = z
  .object({
    id: z.uuid(),
    number: z.int().min(1).meta({ description: "Rises with each order: the order of lists." }),
    client: z
      .string()
      .meta({ description: "Who ordered it; `anybody` where there are no tokens." }),
    image_name: z.string(),
    image_tag: z.string(),
    reference: z.string().meta({ description: "What to pull: registry, name and tag." }),
    dockerfile: z.string().meta({ description: "The Dockerfile's path within the context." }),
    args: z.record(z.string(), z.string()),
    target: z.string().nullable(),
    platform: z.string().nullable(),
    callback: z.string().nullable(),
    state: buildState.meta({ description: "The last three are final, until a retry." }),
    step: step.meta({ description: "The step that is next, runs or ended the build." }),
    attempt: z
      .int()
      .min(0)
      .meta({ description: "The attempt that runs or ran last; 0 before the first." }),
    digest: digest
      .nullable()
      .meta({ description: "Of the manifest in the registry, once pushed." }),
    error: z.string().nullable().meta({ description: "Why it failed, in one line." }),
    is_cancelling: z.boolean(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
  })
  .meta({ id: "Build", description: "An order and what became of it." });

export const buildWithAttempts = z
  .object({ ...build.shape, attempts: z.array(attempt).meta({ description: "Oldest first." }) })
  .meta({ id: "BuildWithAttempts", description: "A build and all that was tried for it." });

export const buildList = z
  .object({
    builds: z.array(build).meta({ description: "Newest first." }),
    next: z
      .string()
      .nullable()
      .meta({ description: "The next page's `cursor`; null on the last." }),
  })
  .meta({ id: "BuildList", description: "A page of builds." });

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: "What is wrong and how to mend it, for people." }),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: "The fields that are wrong." }),
    request_id: z.string().optional().meta({ description: "By which the log knows this request." }),
  })
  .meta({ id: "Problem", description: "An error, by RFC 9457." });

export const readiness = z
  .object({
    status: z.literal("ready"),
    role: z.enum(["all", "api", "worker"]),
    workers: z.int().min(0).meta({ description: "Those that gave a sign of life lately." }),
    warnings: z.array(z.string()),
  })
  .meta({ id: "Readiness" });

export const health = z
  .object({
    status: z.literal("ok"),
    commit: z.string().optional().meta({ description: "Of which the image was made." }),
    branch: z.string().optional(),
  })
  .meta({ id: "Health" });
