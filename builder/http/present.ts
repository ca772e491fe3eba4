import type { z } from "zod";
import type { Attempt, Build } from "../build.ts";
import type { attempt, build, buildWithAttempts } from "./schemas.ts";

// Builds and attempts as the v1 API shows them.

/** A build as in lists and events. */
export function presentBuild(it: Build): z.output<typeof build> {
  return {
    id: it.id,
    number: it.number,
    client: it.client,
    image_name: it.order.imageName,
    image_tag: it.order.imageTag,
    reference: it.reference,
    dockerfile: it.order.dockerfile,
    args: { ...it.order.args },
    target: it.order.target ?? null,
    platform: it.order.platform ?? null,
    callback: it.order.callback ?? null,
    state: it.state,
    step: it.step,
    attempt: it.attempt,
    digest: it.digest ?? null,
    error: it.error ?? null,
    is_cancelling: it.isCancelling,
    created_at: it.createdAt.toISOString(),
    started_at: it.startedAt?.toISOString() ?? null,
    finished_at: it.finishedAt?.toISOString() ?? null,
  };
}

/** A build by itself, with its attempts, oldest first. */
export function presentWithAttempts(
  it: Build,
  attempts: readonly Attempt[],
): z.output<typeof buildWithAttempts> {
  return { ...presentBuild(it), attempts: attempts.map(presentAttempt) };
}

function presentAttempt(it: Attempt): z.output<typeof attempt> {
  return {
    number: it.number,
    worker: it.worker,
    state: it.state,
    first_step: it.firstStep,
    digest: it.digest ?? null,
    error: it.error ?? null,
    started_at: it.startedAt.toISOString(),
    finished_at: it.finishedAt?.toISOString() ?? null,
  };
}
