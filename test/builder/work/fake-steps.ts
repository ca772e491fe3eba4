import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageBuilder, ImagePush, Log, Task } from "../../../builder/work/steps.ts";

type Build = (task: Task, context: string, log: Log, signal: AbortSignal) => Promise<string>;
type Push = (task: Task, digest: string, log: Log, signal: AbortSignal) => Promise<string>;

/** Steps without BuildKit and registry; a test may put others in their places. */
export class FakeSteps implements ImageBuilder, ImagePush {
  /** What was asked for, in its order: `build web 1`, `push web 1`, with the attempt's number. */
  readonly asked: string[] = [];
  readonly marks = new Set<string>();
  readonly forgotten: string[] = [];
  fault: Error | undefined;

  onBuild: Build = async ({ build }, context, log) => {
    log("step", "#1 building");
    log("out", await readFile(join(context, "Dockerfile"), "utf8"));
    return digestOf(build);
  };
  onPush: Push = async (_task, digest, log) => {
    log("step", "pushing");
    return digest;
  };

  async build(...[task, context, log, signal]: Parameters<Build>): Promise<string> {
    this.asked.push(`build ${task.order.imageName} ${task.attempt}`);
    const digest = await this.onBuild(task, context, log, signal);
    this.marks.add(digest);
    return digest;
  }

  async push(...[task, digest, log, signal]: Parameters<Push>): Promise<string> {
    this.asked.push(`push ${task.order.imageName} ${task.attempt}`);
    return this.onPush(task, digest, log, signal);
  }

  async holds(digest: string): Promise<boolean> {
    return this.marks.has(digest);
  }

  async forget(digest: string, _build: string): Promise<void> {
    this.marks.delete(digest);
    this.forgotten.push(digest);
  }

  async kept() {
    return [...this.marks].map((digest) => ({ digest, build: "" }));
  }

  async check(): Promise<void> {
    if (this.fault !== undefined) throw this.fault;
  }

  async close(): Promise<void> {}
}

export function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** A step that goes on until it is aborted. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
  });
}

/** A step that begins, and goes on when it is told to. */
export class Held {
  readonly #begun = Promise.withResolvers<Task>();
  readonly #goOn = Promise.withResolvers<void>();

  /** Resolves once the step is there. */
  get begun(): Promise<Task> {
    return this.#begun.promise;
  }

  async step(task: Task): Promise<void> {
    this.#begun.resolve(task);
    await this.#goOn.promise;
  }

  goOn(): void {
    this.#goOn.resolve();
  }
}
