import type { Settings } from "../settings.ts";
import type { BuildStore } from "../store/build-store.ts";
import type { Intake } from "./intake.ts";

/** What the routes of builds work with. */
export interface RouteParts {
  readonly store: BuildStore;
  readonly intake: Intake;
  readonly settings: Settings;
}
