import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import type { Release } from "../infra/release.ts";
import { askToStop } from "./ask-to-stop.ts";
import { openCloud } from "./cloud/cloud.ts";
import { routeOf } from "./cloud/routes.ts";
import { type OnStackOptions, type OpenStack, onStack } from "./on-stack.ts";
import type { Flavour } from "./provider-flavour.ts";
import { tellUpdate } from "./tell-update.ts";
import { updateFailure } from "./update-failure.ts";
import { cloudFolder, type Workplace } from "./workplace.ts";

export interface DeliverOptions extends Omit<OnStackOptions, "builds"> {
  /** Builds every image again although nothing changed, because the registry has lost one. */
  readonly rebuild?: boolean;
}

/** What came of a delivery. */
export interface Delivery {
  readonly stack: string;
  readonly provider: Flavour;
  /** How long the set-up and Pulumi's `up` took. */
  readonly seconds: { readonly setup: number; readonly up: number };
  /** The releases, by the services' names. */
  readonly services: Readonly<Record<string, Reachable>>;
}

/** A release as this machine reaches it. */
export interface Reachable extends Release {
  /** Where a URL that only the rehearsal knows is reached on this machine. */
  readonly here?: string;
}

/**
 * Runs `pulumi up` on a workplace's stack and tells it.
 * @throws UserError with what went wrong, where and how to mend it; Interrupted when the user gave up.
 */
export function deliver(place: Workplace, options: DeliverOptions): Promise<Delivery> {
  return onStack(place, { ...options, builds: true }, async (open) => {
    const began = performance.now();
    const outputs = await up(open, options);
    const services = Object.fromEntries(
      Object.entries(outputs).map(([name, { value }]) => [name, reachable(value as Release)]),
    );
    const seconds = { setup: tenths(open.seconds), up: tenths(secondsSince(began)) };
    return { stack: place.stack, provider: open.flavour, seconds, services };
  });
}

function reachable(release: Release): Reachable {
  const route = routeOf(openCloud(cloudFolder), new URL(release.url).host);
  return route ? { ...release, here: `http://127.0.0.1:${route.port}` } : release;
}

async function up({ stack }: OpenStack, options: DeliverOptions): Promise<OutputMap> {
  const { story, interruption, rebuild } = options;
  const teller = tellUpdate(story);
  try {
    const result = await stack.up({
      // What was taken away behind Pulumi's back is noticed and brought back.
      refresh: true,
      onEvent: teller.hear,
      ...askToStop(interruption.signal),
      ...(rebuild && { replace: await imageUrns(stack) }),
    });
    return result.outputs;
  } catch (error) {
    throw updateFailure(teller.errors, error);
  } finally {
    teller.end();
  }
}

/** Images are named one by one, because the provider itself sees no reason to build them again. */
async function imageUrns(stack: OpenStack["stack"]): Promise<string[]> {
  const { deployment } = await stack.exportStack();
  const resources = (deployment?.resources ?? []) as { urn: string; type: string }[];
  return resources.filter(({ type }) => type === "docker:index/image:Image").map(({ urn }) => urn);
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1_000;
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
