import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Step } from "./build.ts";
import type { BuildStore } from "./store/build-store.ts";

/** What a process counts and measures, for Prometheus. */
export interface Metrics {
  /** Tells of a step that has ended; `outcome` is `succeeded`, `failed`, `cancelled` or `lost`. */
  stepEnded(step: Step, outcome: string, seconds: number): void;
  /** Tells of a request that has been answered; `route` is its pattern, never its path. */
  requestAnswered(labels: { method: string; route: string; status: number }, seconds: number): void;
  /** All of it as text, and what type of text. */
  text(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Counts in a registry of its own, so that two in one process do not meet. */
export function openMetrics(store: BuildStore): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  observeStore(store, registers);
  const steps = new Histogram({
    name: "builder_step_duration_seconds",
    help: "How long builds and pushes took, by how they ended.",
    labelNames: ["step", "outcome"] as const,
    buckets: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000],
    registers,
  });
  const requests = new Histogram({
    name: "builder_http_request_duration_seconds",
    help: "How long answers took, without streams.",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  });
  return {
    stepEnded: (step, outcome, seconds) => steps.observe({ step, outcome }, seconds),
    requestAnswered: (labels, seconds) => requests.observe(labels, seconds),
    text: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

/** What the store knows is asked for when somebody looks; where the database is away, the rest is still told. */
function observeStore(store: BuildStore, registers: Registry[]): void {
  const faults = new Counter({
    name: "builder_store_unreachable_total",
    help: "How often the database did not answer when metrics were read.",
    registers,
  });
  const look = shared(async () => {
    try {
      return { ...(await store.counts()), workers: await store.workers() };
    } catch {
      faults.inc();
      return undefined;
    }
  });
  new Gauge({
    name: "builder_builds",
    help: "Builds in each state now.",
    labelNames: ["state"] as const,
    registers,
    async collect() {
      const { byState } = (await look()) ?? {};
      this.reset();
      for (const [state, builds] of Object.entries(byState ?? {})) this.set({ state }, builds);
    },
  });
  new Gauge({
    name: "builder_oldest_queued_seconds",
    help: "How long the oldest waiting build has waited.",
    registers,
    async collect() {
      this.set((await look())?.oldestQueued ?? Number.NaN);
    },
  });
  new Gauge({
    name: "builder_workers",
    help: "Workers that gave a sign of life lately.",
    registers,
    async collect() {
      this.set((await look())?.workers ?? Number.NaN);
    },
  });
}

/** One answer for all who ask while it is being found. */
function shared<T>(find: () => Promise<T>): () => Promise<T> {
  let finding: Promise<T> | undefined;
  return () => {
    finding ??= find().finally(() => {
      finding = undefined;
    });
    return finding;
  };
}
