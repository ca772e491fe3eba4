import { z } from "zod";
import { imageName, imageTag } from "./order-schema.ts";

// What the older clients send and read. Every answer repeats its status.

const stepStatus = z.enum(["Pending", "In Progress", "Completed", "Failed"]);

export const legacyForm = z
  .object({
    image_name: imageName,
    image_tag: imageTag,
    file: z
      .instanceof(Buffer, { error: "missing; send the Dockerfile as a file" })
      .meta({ type: "string", format: "binary", description: "A Dockerfile." }),
  })
  .meta({ id: "BuildPush" });

export const legacyQuery = z.object({
  build_id: z.uuid({
    error: ({ input }) => (input === undefined ? "missing" : "is no id of a build; it is a UUID"),
  }),
});

export const legacyStarted = z
  .object({ status: z.literal(200), message: z.string(), build_id: z.uuid() })
  .meta({ id: "Started" });

export const legacyStatus = z
  .object({
    status: z.literal(200),
    build_status: z.object({
      build_id: z.uuid(),
      build_status: stepStatus,
      push_status: stepStatus.meta({
        description: "Also `Failed` where there was nothing to push.",
      }),
    }),
  })
  .meta({ id: "BuildPushStatus" });

export const legacyError = z
  .object({ status: z.int().min(400).max(599), message: z.string() })
  .meta({ id: "BuildPushError" });

export type StepStatus = z.output<typeof stepStatus>;
