import type { Sent } from "./client.ts";
import type { CountedRegistry, Put } from "./counted-registry.ts";
import type { AttemptRow, BuildRow, Ledger } from "./ledger.ts";

/** What was ordered, what the database says and what the registry holds. */
export interface Found {
  readonly sent: ReadonlyMap<string, Sent>;
  readonly ledger: Ledger;
  readonly registry: CountedRegistry;
}

/** Everything that is not as it has to be, a line each: a build lost, made twice, in an untrue state, pushed twice at once. */
export async function faultsOf(found: Found): Promise<string[]> {
  const { sent, ledger, registry } = found;
  const byTag = Map.groupBy(ledger.builds, ({ reference }) => taggedOf(reference, registry));
  const attempts = Map.groupBy(ledger.attempts, ({ build }) => build);
  const puts = Map.groupBy(registry.puts, ({ tagged }) => tagged);
  const unknown = [...byTag.keys(), ...puts.keys()].filter((tagged) => !sent.has(tagged));
  const faults = [
    ...unknown.map((tagged) => `${tagged}: nobody ordered it`),
    ...ledger.openJobs.map(({ name, state }) => `${name}: a job is still ${state}`),
  ];
  for (const one of sent.values()) {
    const builds = byTag.get(one.tagged) ?? [];
    faults.push(...ordered(one, builds));
    for (const build of builds) {
      const lives = attempts.get(build.id) ?? [];
      faults.push(...stated(one, build, lives));
      faults.push(...pushedAtMostOnce(one.tagged, lives, puts.get(one.tagged) ?? []));
    }
  }
  return [...faults, ...(await heldFaults(found, byTag))];
}

function taggedOf(reference: string, { address }: CountedRegistry): string {
  return reference.startsWith(`${address}/`) ? reference.slice(address.length + 1) : reference;
}

/** None lost, none twice: a yes is one build, a request without an answer is one at most. */
function ordered({ tagged, id, api }: Sent, builds: readonly BuildRow[]): string[] {
  const ids = builds.map((build) => build.id);
  if (id !== undefined && (ids.length !== 1 || ids[0] !== id)) {
    return [`${tagged}: ${api} said ${id}, and the database has ${ids.join(", ") || "none"}`];
  }
  return ids.length > 1 ? [`${tagged}: one request made ${ids.length} builds`] : [];
}

/** In the one final state that is true of its Dockerfile, and so was its client told. */
function stated(
  { tagged, order, id, ended }: Sent,
  build: BuildRow,
  lives: readonly AttemptRow[],
): string[] {
  const states = lives.map(({ number, state }) => `${number} ${state}`);
  const expected = [...Array(Math.max(0, build.attempt - 1)).fill("lost"), order.ends].map(
    (state, index) => `${index + 1} ${state}`,
  );
  const faults: string[] = [];
  if (build.state !== order.ends) {
    faults.push(`${tagged}: is ${build.state} (${build.error}), has to be ${order.ends}`);
  }
  if (states.join() !== expected.join()) {
    faults.push(`${tagged}: attempts are ${states.join()}, have to be ${expected.join()}`);
  }
  if ((build.digest !== null) !== (order.ends === "succeeded")) {
    faults.push(`${tagged}: is ${build.state} with the digest ${build.digest}`);
  }
  const told = order.ends === "succeeded" ? "Completed/Completed" : "Failed/Failed";
  if (id !== undefined && ended !== told) faults.push(`${tagged}: its client was told ${ended}`);
  return faults;
}

/** Every manifest within the life of an attempt, and no attempt with two. */
function pushedAtMostOnce(
  tagged: string,
  lives: readonly AttemptRow[],
  puts: readonly Put[],
): string[] {
  const within = (put: Put, { startedAt, finishedAt }: AttemptRow): boolean =>
    put.from >= startedAt && (finishedAt === null || put.to <= finishedAt);
  const astray = puts.filter((put) => !lives.some((life) => within(put, life)));
  const twice = lives.filter((life) => puts.filter((put) => within(put, life)).length > 1);
  return [
    ...astray.map(({ to }) => `${tagged}: pushed at ${to.toISOString()}, when no attempt was on`),
    ...twice.map(({ number }) => `${tagged}: attempt ${number} pushed more than once`),
  ];
}

/** The registry holds what succeeded, made of its own Dockerfile, and nothing else. */
async function heldFaults(
  { sent, registry }: Found,
  byTag: ReadonlyMap<string, readonly BuildRow[]>,
): Promise<string[]> {
  const repositories = new Set([...sent.values()].map(({ order }) => order.image));
  const tags = await registry.tags([...repositories]);
  const wanted = [...sent.values()]
    .filter(({ tagged, order }) => order.ends === "succeeded" && byTag.has(tagged))
    .map(({ tagged }) => tagged);
  const missing = wanted.filter((tagged) => !tags.includes(tagged));
  const further = tags.filter((tagged) => !wanted.includes(tagged));
  const faults = [
    ...missing.map((tagged) => `${tagged}: is not in the registry`),
    ...further.map((tagged) => `${tagged}: is in the registry and should not be`),
  ];
  for (const tagged of wanted) {
    const one = sent.get(tagged);
    const digest = byTag.get(tagged)?.[0]?.digest;
    if (one && tags.includes(tagged)) faults.push(...(await imageFaults(one, digest, registry)));
  }
  return faults;
}

async function imageFaults(
  { tagged, order }: Sent,
  digest: string | null | undefined,
  registry: CountedRegistry,
): Promise<string[]> {
  const held = await registry.held(tagged);
  const faults: string[] = [];
  if (held?.digest !== digest) {
    faults.push(`${tagged}: is ${held?.digest} in the registry, ${digest} in the database`);
  }
  if (held?.labels.which !== order.which) {
    faults.push(`${tagged}: was made of Dockerfile ${held?.labels.which}`);
  }
  const { name = "", text } = order.file ?? {};
  const found = await registry.fileIn(order.image, held?.layers.at(-1) ?? "", name);
  if (found !== text) faults.push(`${tagged}: /${name} is ${JSON.stringify(found)}`);
  return faults;
}
