import { readCommit } from "../infra/commit.ts";
import type { Release } from "../infra/release.ts";
import { command, readFlags } from "./command.ts";
import { defaultBranch, movingTags } from "./moving-tags.ts";
import { openPulumi } from "./open-pulumi.ts";
import { refuseInPullRequest } from "./pull-request.ts";
import type { Pulumi } from "./pulumi.ts";
import { copyRelease, moveTags, type Route } from "./releases/copy-release.ts";
import { openSide, type Side } from "./releases/open-side.ts";
import { holdForward, keptBeside, promoted } from "./releases/promotion.ts";
import { releaseInTurn } from "./releases/release-in-turn.ts";
import { provenReleases } from "./state/stack-state.ts";

type Releases = Readonly<Record<string, Release>>;

/**
 * `npm run promote -- --from staging --to production`: takes the last proven release of one stack to another. Nothing is
 * built. The exit code is that of its `pulumi up`.
 */
await command(async (args) => {
  const flags = readFlags(args, {
    from: { type: "string" },
    to: { type: "string" },
    service: { type: "string" },
    release: { type: "string" },
    "copy-only": { type: "boolean" },
    back: { type: "boolean" },
  });
  const pulumi = await openPulumi();
  refuseInPullRequest("promote", pulumi.env);
  const [from, to] = await Promise.all([
    openSide(pulumi, "--from", flags.from),
    openSide(pulumi, "--to", flags.to),
  ]);
  const releases = promoted(from, to, flags);
  const holds = async (side: Side): Promise<Record<string, string>> => {
    const kept = flags["copy-only"] ? {} : keptBeside(releases, side);
    if (!flags.back) await holdForward(releases, side, pulumi.folder);
    return { ...kept, ...commitsOf(releases) };
  };
  await holds(to);

  const routes = await openRoutes(releases, from, to);
  for (const [name, release, route] of routes) await copyRelease(name, release, route);
  const code = flags["copy-only"]
    ? 0
    : await releaseInTurn(to.handle, to.state, "the promotion", (state) =>
        holds({ ...to, state, proven: provenReleases(state) }),
      );
  if (code === 0 && !flags.back) await followWithTags(routes, pulumi);
  return code;
});

type Routes = readonly (readonly [name: string, release: Release, route: Route])[];

function openRoutes(releases: Releases, from: Side, to: Side): Promise<Routes> {
  return Promise.all(
    Object.entries(releases).map(async ([name, release]) => {
      const route = { from: await from.registry(name), to: await to.registry(name) };
      return [name, release, route] as const;
    }),
  );
}

function commitsOf(releases: Releases): Record<string, string> {
  return Object.fromEntries(Object.entries(releases).map(([name, { commit }]) => [name, commit]));
}

/** Where the stacks share a registry, the delivery to the first one has moved these tags already. */
async function followWithTags(routes: Routes, { env, folder }: Pulumi): Promise<void> {
  const main = await defaultBranch(folder);
  for (const [, release, route] of routes) {
    if (route.from.repository === route.to.repository) continue;
    // An earlier release that was put back does not know its branch any more.
    const isKnown = release.branch !== "unknown";
    const branch = isKnown
      ? release.branch
      : readCommit(folder, { environment: env, pipeline: folder }).branch;
    await moveTags(release, route, movingTags(branch, main, env));
  }
}
