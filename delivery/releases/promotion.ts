import type { ServiceConfig } from "../../infra/config/schema.ts";
import type { Release } from "../../infra/release.ts";
import { UserError } from "../../setup/user-error.ts";
import { commitOrder } from "../commits/commit-order.ts";

/** One end of a promotion: a stack's name, what it is configured to run, and what it has proven. */
export interface End {
  readonly stack: string;
  readonly services: Readonly<Record<string, ServiceConfig>>;
  readonly proven: Readonly<Record<string, Release>>;
}

/** What of a stack is to be promoted. */
export interface Chosen {
  /** The only service to take. Default: all. */
  readonly service?: string | undefined;
  /** The commit that has to be the last proven one, by its first seven digits or more. Default: whichever it is. */
  readonly release?: string | undefined;
}

/**
 * The releases that a promotion takes from one stack to another, by the services' names.
 * @throws UserError when the services differ, when one has no proven release to take, or when that is not the one meant.
 */
export function promoted(
  from: End,
  to: End,
  { service, release }: Chosen = {},
): Record<string, Release> {
  const [mine, theirs] = [from, to].map(({ services }) => Object.keys(services).toSorted());
  if (String(mine) !== String(theirs)) {
    throw new UserError(
      `promote: ${from.stack} has the services ${mine?.join(", ")} and ${to.stack} has ${theirs?.join(", ")}; give both the same in their stack files`,
    );
  }
  if (service !== undefined && !mine?.includes(service)) {
    throw new UserError(
      `--service ${service}: there is no such service; use one of ${mine?.join(", ")}`,
    );
  }
  const names = service === undefined ? (mine ?? []) : [service];
  return Object.fromEntries(names.map((name) => [name, meant(release, from, name)]));
}

/**
 * Holds that a promotion goes forward: what runs has to be in the past of what comes.
 * @param folder a folder of the checkout, whose history tells.
 * @throws UserError when it goes back, aside, or when the history does not tell.
 */
export async function holdForward(
  releases: Readonly<Record<string, Release>>,
  { stack, proven }: End,
  folder: string,
): Promise<void> {
  for (const [name, { commit }] of Object.entries(releases)) {
    const running = proven[name]?.commit;
    if (running === undefined) continue;
    const order = await commitOrder(folder, commit, running);
    if (order === "same" || order === "newer") continue;
    const what = order === "older" ? "a newer commit than" : "what is not in the history of";
    throw new UserError(
      `${name}: ${stack} runs ${running}, ${what} ${commit}; add --back to put it in its place all the same`,
    );
  }
}

/**
 * The commits that the services beside the promoted ones keep, by their names.
 * @throws UserError when one has no release to keep: it would have to be built.
 */
export function keptBeside(
  releases: Readonly<Record<string, Release>>,
  { stack, services, proven }: End,
): Record<string, string> {
  const beside = Object.keys(services).filter((name) => !Object.hasOwn(releases, name));
  return Object.fromEntries(
    beside.map((name) => {
      const release = proven[name];
      if (release === undefined) {
        throw new UserError(
          `${name}: ${stack} has no release of it to keep; promote it as well, without --service`,
        );
      }
      return [name, release.commit];
    }),
  );
}

function meant(commit: string | undefined, from: End, name: string): Release {
  if (commit !== undefined && !/^[0-9a-f]{7,40}(?:-dirty-[0-9a-f]{12})?$/.test(commit)) {
    throw new UserError(
      `--release ${commit}: is no commit; give its digits, all 40 or the first 7`,
    );
  }
  const release = provenIn(from, name);
  if (commit === undefined || release.commit.startsWith(commit)) return release;
  throw new UserError(
    `${name}: ${from.stack} has proven ${release.commit} last, and not ${commit}; promote that, or deliver ${commit} there again`,
  );
}

function provenIn({ stack, services, proven }: End, name: string): Release {
  const release = proven[name];
  if (release === undefined) {
    throw new UserError(
      `${name}: no release is proven on ${stack}; deliver it there first, with npm run deliver -- pulumi up --stack ${stack}`,
    );
  }
  // With the proof switched off, or read from nowhere, an output stands for no commit.
  if (services[name]?.proof.kind === "commit" && release.servedCommit !== release.commit) {
    throw new UserError(
      `${name}: ${release.commit} was put on ${stack} without a proof; deliver it there again, with SLIPWAY_PROOF unset`,
    );
  }
  return release;
}
