import type { Build } from "../build.ts";
import type { StepStatus } from "./legacy-schemas.ts";

/**
 * What the older clients know of a build. A client may wait for the push alone, so what was not built has `Failed` for its
 * push as well: it would wait for ever otherwise.
 */
export function legacyStatus({ state, step }: Pick<Build, "state" | "step">): {
  readonly build_status: StepStatus;
  readonly push_status: StepStatus;
} {
  const isBuilt = step === "push";
  switch (state) {
    case "queued":
      return { build_status: isBuilt ? "Completed" : "Pending", push_status: "Pending" };
    case "building":
      return { build_status: "In Progress", push_status: "Pending" };
    case "pushing":
      return { build_status: "Completed", push_status: "In Progress" };
    case "succeeded":
      return { build_status: "Completed", push_status: "Completed" };
    case "failed":
      return { build_status: isBuilt ? "Completed" : "Failed", push_status: "Failed" };
    case "cancelled":
      return { build_status: "Failed", push_status: "Failed" };
  }
}
