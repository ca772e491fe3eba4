import { expect, it } from "vitest";
import type { Sent } from "./client.ts";
import type { CountedRegistry, Held, Put } from "./counted-registry.ts";
import { faultsOf } from "./faults.ts";
import type { AttemptRow, BuildRow } from "./ledger.ts";

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

const good: Sent = {
  order: {
    which: "1",
    image: "chaos/web",
    dockerfile: "FROM scratch\n",
    ends: "succeeded",
    file: { name: "which", text: "1\n" },
  },
  tagged: "chaos/web:b1",
  api: "v1",
  id: "one",
  ended: "Completed/Completed",
};
const built: BuildRow = {
  id: "one",
  reference: "localhost:1/chaos/web:b1",
  state: "succeeded",
  attempt: 2,
  digest: "sha256:1",
  error: null,
};
const lost: AttemptRow = {
  build: "one",
  number: 1,
  state: "lost",
  digest: null,
  startedAt: at(1),
  finishedAt: at(5),
};
const done: AttemptRow = {
  ...lost,
  number: 2,
  state: "succeeded",
  digest: "sha256:1",
  startedAt: at(6),
  finishedAt: at(9),
};
const put: Put = {
  tagged: "chaos/web:b1",
  from: at(7),
  to: at(8),
  status: 201,
  digest: "sha256:1",
};
const held: Held = { digest: "sha256:1", labels: { which: "1" }, layers: ["sha256:2"] };

interface Case {
  readonly sent?: readonly Sent[];
  readonly builds?: readonly BuildRow[];
  readonly attempts?: readonly AttemptRow[];
  readonly openJobs?: readonly { name: string; state: string }[];
  readonly puts?: readonly Put[];
  readonly tags?: readonly string[];
  readonly held?: Held;
  readonly text?: string;
}

function judge(given: Case): Promise<string[]> {
  const { sent = [good], builds = [built], attempts = [lost, done], openJobs = [] } = given;
  const registry: CountedRegistry = {
    address: "localhost:1",
    puts: given.puts ?? [put],
    held: async () => given.held ?? held,
    fileIn: async () => given.text ?? "1\n",
    tags: async () => [...(given.tags ?? ["chaos/web:b1"])],
    remove: async () => {},
  };
  const ledger = { builds, attempts, openJobs };
  return faultsOf({ sent: new Map(sent.map((one) => [one.tagged, one])), ledger, registry });
}

it("has nothing to say of a build that was lost once, built and pushed", async () => {
  expect(await judge({})).toEqual([]);
});

it("lets a lost attempt have pushed too", async () => {
  expect(await judge({ puts: [{ ...put, from: at(2), to: at(3) }, put] })).toEqual([]);
});

it("lets a request without an answer have made no build", async () => {
  const { id: _id, ended: _ended, ...unanswered } = good;
  const nothing = { builds: [], attempts: [], puts: [], tags: [] };
  expect(await judge({ sent: [unanswered], ...nothing })).toEqual([]);
});

const cases: [what: string, given: Case, ...faults: string[]][] = [
  [
    "a build that is gone",
    { builds: [], puts: [], tags: [] },
    "chaos/web:b1: v1 said one, and the database has none",
  ],
  [
    "an order that made two builds",
    { builds: [built, { ...built, id: "two", attempt: 0 }] },
    "chaos/web:b1: v1 said one, and the database has one, two",
    "chaos/web:b1: attempts are , have to be 1 succeeded",
    "chaos/web:b1: pushed at 2026-01-01T00:00:08.000Z, when no attempt was on",
  ],
  [
    "a build that nobody ordered",
    { sent: [], tags: [] },
    "chaos/web:b1: nobody ordered it",
    "chaos/web:b1: nobody ordered it",
  ],
  [
    "a build that never ended",
    { builds: [{ ...built, state: "building" }] },
    "chaos/web:b1: is building (null), has to be succeeded",
  ],
  [
    "an attempt too few",
    { attempts: [done] },
    "chaos/web:b1: attempts are 2 succeeded, have to be 1 lost,2 succeeded",
  ],
  [
    "a success without a digest",
    { builds: [{ ...built, digest: null }] },
    "chaos/web:b1: is succeeded with the digest null",
    "chaos/web:b1: is sha256:1 in the registry, null in the database",
  ],
  [
    "a client who was told something else",
    { sent: [{ ...good, ended: "Failed/Failed" }] },
    "chaos/web:b1: its client was told Failed/Failed",
  ],
  [
    "a push twice in one attempt",
    { puts: [put, put] },
    "chaos/web:b1: attempt 2 pushed more than once",
  ],
  [
    "a push of an attempt that was over",
    { puts: [{ ...put, from: at(4), to: at(6) }, put] },
    "chaos/web:b1: pushed at 2026-01-01T00:00:06.000Z, when no attempt was on",
  ],
  ["an image that is gone", { tags: [] }, "chaos/web:b1: is not in the registry"],
  [
    "an image that nobody ordered",
    { tags: ["chaos/web:b1", "chaos/web:b2"] },
    "chaos/web:b2: is in the registry and should not be",
  ],
  [
    "an image of another Dockerfile",
    { held: { ...held, labels: { which: "2" } }, text: "2\n" },
    "chaos/web:b1: was made of Dockerfile 2",
    'chaos/web:b1: /which is "2\\n"',
  ],
  [
    "a tag that names something else",
    { held: { ...held, digest: "sha256:9" } },
    "chaos/web:b1: is sha256:9 in the registry, sha256:1 in the database",
  ],
  [
    "a job that is still there",
    { openJobs: [{ name: "builds", state: "active" }] },
    "builds: a job is still active",
  ],
];

it.each(cases)("finds %s", async (_what, given, ...faults) => {
  expect(await judge(given)).toEqual(faults);
});
