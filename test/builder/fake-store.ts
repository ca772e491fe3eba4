import { randomUUID } from "node:crypto";
import {
  type Attempt,
  type Build,
  FINAL_STATES,
  type LogLine,
  type State,
  type Step,
} from "../../builder/build.ts";
import {
  type BuildStore,
  type Change,
  KeyTaken,
  type Listed,
  type NewBuild,
  QueueFull,
} from "../../builder/store/build-store.ts";

/** What a test may change of a build. */
export type Changed = Partial<Pick<Build, "state" | "step" | "digest" | "error" | "isCancelling">>;

type Counts = Readonly<Record<State, number>>;

/** A store in memory, whose builds a test moves on by hand. */
export class FakeStore implements BuildStore {
  /** What was ordered, in its order. */
  readonly ordered: NewBuild[] = [];
  /** What every method throws, as if the database were away. */
  fault: Error | undefined;
  workerCount = 1;
  waiting = 2_000;

  readonly #builds = new Map<string, Build>();
  readonly #attempts = new Map<string, Attempt[]>();
  readonly #lines = new Map<string, LogLine[]>();
  readonly #keys = new Map<string, { fingerprint: string; id: string }>();
  readonly #hearers = new Set<(change: Change) => void>();

  /** How many listen to changes now. */
  get hearers(): number {
    return this.#hearers.size;
  }

  async create(build: NewBuild): Promise<{ build: Build; isNew: boolean }> {
    this.#answer();
    const { client, order, reference, idempotency } = build;
    const key = idempotency && `${client} ${idempotency.key}`;
    const before = key === undefined ? undefined : this.#keys.get(key);
    if (before && before.fingerprint !== idempotency?.fingerprint) throw new KeyTaken();
    if (before) return { build: this.#get(before.id), isNew: false };
    this.#checkWaiting(client);
    const id = randomUUID();
    this.ordered.push(build);
    this.#builds.set(id, {
      ...{ id, number: this.#builds.size + 1, client, order, reference },
      ...{ state: "queued", step: "build", attempt: 0, isCancelling: false, createdAt: new Date() },
    });
    if (key && idempotency) this.#keys.set(key, { fingerprint: idempotency.fingerprint, id });
    this.#tell(id, "state");
    return { build: this.#get(id), isNew: true };
  }

  async find(id: string): Promise<Build | undefined> {
    this.#answer();
    return this.#builds.get(id);
  }

  async list({ client, state, before, limit }: Listed): Promise<Build[]> {
    this.#answer();
    return [...this.#builds.values()]
      .filter((it) => client === undefined || it.client === client)
      .filter((it) => state === undefined || it.state === state)
      .filter((it) => before === undefined || it.number < before)
      .sort((a, b) => b.number - a.number)
      .slice(0, limit);
  }

  async attempts(id: string): Promise<Attempt[]> {
    this.#answer();
    return this.#attempts.get(id) ?? [];
  }

  async cancel(id: string): Promise<Build | undefined> {
    this.#answer();
    const build = this.#builds.get(id);
    if (build?.state === "queued") this.change(id, { state: "cancelled" });
    else if (build && !FINAL_STATES.includes(build.state)) this.change(id, { isCancelling: true });
    return this.#builds.get(id);
  }

  async retry(id: string): Promise<{ build: Build; isQueued: boolean } | undefined> {
    this.#answer();
    const build = this.#builds.get(id);
    if (!build) return undefined;
    const isQueued = build.state === "failed" || build.state === "cancelled";
    if (isQueued) this.#checkWaiting(build.client);
    if (isQueued) this.change(id, { state: "queued" });
    return { build: this.#get(id), isQueued };
  }

  async log(id: string, after: number, limit: number): Promise<LogLine[]> {
    this.#answer();
    const lines = this.#lines.get(id) ?? [];
    return lines.filter(({ seq }) => seq > after).slice(0, limit);
  }

  hear(heard: (change: Change) => void): () => void {
    this.#hearers.add(heard);
    return () => void this.#hearers.delete(heard);
  }

  async counts(): Promise<{ byState: Counts; oldestQueued: number }> {
    this.#answer();
    const states = ["queued", "building", "pushing", "succeeded", "failed", "cancelled"] as const;
    const builds = [...this.#builds.values()];
    const count = (state: State) => builds.filter((it) => it.state === state).length;
    const byState = Object.fromEntries(states.map((state) => [state, count(state)])) as Counts;
    return { byState, oldestQueued: 0 };
  }

  async workers(): Promise<number> {
    this.#answer();
    return this.workerCount;
  }

  async check(): Promise<void> {
    this.#answer();
  }

  #checkWaiting(client: string): void {
    const isWaiting = (it: Build): boolean => it.client === client && it.state === "queued";
    if ([...this.#builds.values()].filter(isWaiting).length >= this.waiting) throw new QueueFull();
  }

  /** Moves a build on, as a worker would, and tells of it; a final state ends its attempt. */
  change(id: string, changed: Changed): void {
    const before = this.#get(id);
    const isFinal = FINAL_STATES.includes(changed.state ?? before.state);
    const { finishedAt: _ended, digest: _digest, error: _error, ...rest } = before;
    const kept = changed.state === "queued" ? { ...rest, isCancelling: false } : before;
    this.#builds.set(id, { ...kept, ...changed, ...(isFinal && { finishedAt: new Date() }) });
    const attempts = this.#attempts.get(id) ?? [];
    const last = attempts.at(-1);
    if (last && changed.state && changed.state !== "queued") {
      const { digest, error } = changed;
      attempts[attempts.length - 1] = {
        ...{ ...last, state: changed.state },
        ...{ ...(digest && { digest }), ...(error && { error }) },
        ...(isFinal && { finishedAt: new Date() }),
      };
    }
    this.#tell(id, "state");
  }

  /** Begins an attempt. */
  begin(id: string, firstStep: Step = "build"): void {
    const attempts = this.#attempts.get(id) ?? [];
    const state = firstStep === "build" ? "building" : "pushing";
    const number = attempts.length + 1;
    const startedAt = new Date();
    attempts.push({ number, worker: "worker-1", state, firstStep, startedAt });
    this.#attempts.set(id, attempts);
    this.#builds.set(id, { ...this.#get(id), attempt: number, startedAt });
    this.change(id, { state, step: firstStep });
  }

  /** Adds lines to a log and tells of them once. */
  write(id: string, texts: readonly string[], stream: LogLine["stream"] = "out"): void {
    const lines = this.#lines.get(id) ?? [];
    const attempt = Math.max(1, this.#get(id).attempt);
    for (const text of texts) {
      lines.push({ seq: lines.length + 1, attempt, at: new Date(), stream, text });
    }
    this.#lines.set(id, lines);
    this.#tell(id, "log");
  }

  #get(id: string): Build {
    const build = this.#builds.get(id);
    if (!build) throw new Error(`the test knows no build ${id}`);
    return build;
  }

  #answer(): void {
    if (this.fault) throw this.fault;
  }

  #tell(build: string, what: Change["what"]): void {
    const { client } = this.#get(build);
    for (const heard of this.#hearers) heard({ build, client, what });
  }
}
