import type { Plan } from "../plan.ts";
import type { StackState } from "../state/stack-state.ts";
import { kindOf } from "./changes.ts";

/** Which image of a service runs now, and which one comes. */
export interface ImageOutlook {
  readonly service: string;
  /** Whether the state could be read; else nothing is known of now. */
  readonly isRead: boolean;
  /** The last proven release; undefined before the first. */
  readonly now: { readonly image: string; readonly commit: string } | undefined;
  /** What was tried since, without a proof. */
  readonly unproven: string | undefined;
  readonly next: Next;
}

/** `taken`: an image that the registry holds already, of an earlier delivery or an earlier release. */
export type Next =
  | { readonly kind: "built"; readonly commit: string; readonly branch: string }
  | { readonly kind: "stays" | "taken" | "gone" | "unknown" };

/**
 * What a plan means for the image of each service.
 * @param plan undefined when there is none, because the preview failed.
 */
export function imageOutlook(
  plan: Plan | undefined,
  state: StackState | undefined,
): ImageOutlook[] {
  const planned = (plan?.steps ?? []).filter(({ urn }) =>
    /::slipway:index:Service::[^:]+$/.test(urn),
  );
  const names = new Set([
    ...Object.keys(state?.services ?? {}),
    ...planned.map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2)),
  ]);
  return [...names].toSorted().map((service) => {
    const { proven, tried } = state?.services[service] ?? {};
    return {
      service,
      isRead: state !== undefined,
      now: proven && { image: proven.image, commit: proven.commit },
      unproven: tried !== proven?.image ? tried : undefined,
      next: plan === undefined ? { kind: "unknown" } : nextOf(service, plan),
    };
  });
}

function nextOf(service: string, { steps }: Plan): Next {
  const own = steps.filter(({ urn }) => urn.endsWith(`::slipway:index:Service::${service}`));
  if (own.length === 0) return { kind: "unknown" };
  if (kindOf(own) === "delete") return { kind: "gone" };
  const image = steps.filter(({ urn }) => urn.endsWith(`$docker:index/image:Image::${service}`));
  const kind = kindOf(image);
  if (kind === "delete" || image.length === 0) return { kind: "taken" };
  if (kind === undefined) return { kind: "stays" };
  const inputs = image.find(({ newState }) => newState)?.newState?.inputs;
  const args = (inputs?.build as { args?: Record<string, unknown> } | undefined)?.args;
  return {
    kind: "built",
    commit: String(args?.app_commit ?? "unknown"),
    branch: String(args?.app_branch ?? "unknown"),
  };
}
