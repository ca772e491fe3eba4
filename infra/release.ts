import * as pulumi from "@pulumi/pulumi";
import type { Commit } from "./commit.ts";
import type { ServiceConfig } from "./config/schema.ts";
import type { Config } from "./config.ts";
import { prove } from "./proof.ts";
import { readState } from "./read-state.ts";
import type { Target } from "./targets/target.ts";

/** A stack output for each service: its last proven release. */
export interface Release {
  readonly url: string;
  /** `repository@sha256:…`. */
  readonly image: string;
  readonly commit: string;
  readonly branch: string;
  /** The commit that the URL served; `healthy` where the proof reads none, `not proven` where it was switched off. */
  readonly servedCommit: string;
  /** The commit of the proven release before this one; what a rollback goes back to. */
  readonly previous?: string;
}

export interface ReleaseArgs {
  readonly service: ServiceConfig;
  readonly commit: Commit;
  readonly image: pulumi.Output<string>;
  readonly target: Target;
  readonly parent: pulumi.Resource;
  readonly config: Config;
}

/**
 * The release, once its URL has proven the commit. The proof runs on every `up`, also when nothing changed; a preview
 * sends no request and tells what a good `up` would.
 * @throws pulumi.RunError with what was expected, what was served and how to go back.
 */
export function provenRelease(name: string, args: ReleaseArgs): pulumi.Output<Release> {
  const { service, commit, image, target, config } = args;
  const { id, branch } = commit;
  const settled = pulumi.all([target.url, image, target.revision, target.identityToken]);
  // The token is a secret and is no part of the release, which is none.
  return pulumi.unsecret(settled).apply(async ([url, reference, revision, identityToken]) => {
    const isProof = config.proves && service.proof.kind === "commit";
    const before = await lastProven(name);
    if (config.proves && !pulumi.runtime.isDryRun()) {
      await proveOrExplain(name, { url, revision, identityToken, before }, args);
    }
    const previous = before?.commit === id ? before.previous : before?.commit;
    const servedCommit = isProof ? id : config.proves ? "healthy" : "not proven";
    return {
      url,
      image: reference,
      commit: id,
      branch,
      servedCommit,
      ...(previous && { previous }),
    };
  });
}

interface Served {
  readonly url: string;
  readonly revision: string;
  readonly identityToken: string | undefined;
  readonly before: Release | undefined;
}

async function proveOrExplain(name: string, served: Served, args: ReleaseArgs): Promise<void> {
  const { url, revision, identityToken, before } = served;
  const { service, commit, target, parent } = args;
  const progress = (seen: string) =>
    void pulumi.log.info(`proof: ${seen}`, parent, undefined, true);
  progress(`asking ${url}`);
  const verdict = await prove(url, service.proof, commit.id, progress, identityToken);
  if (verdict.proven) {
    const what =
      service.proof.kind === "commit" ? `serves ${commit.id}` : "is healthy, commit not proven";
    await pulumi.log.info(`proven: ${url} ${what}`, parent);
    return;
  }
  const why = await target.explain(revision);
  const wanted = service.proof.kind === "commit" ? `commit ${commit.id}` : "status 200";
  throw new pulumi.RunError(
    [
      `${name}: ${new URL(service.proof.path, url)} should serve ${wanted} and in ${service.proof.seconds} s gave: ${verdict.seen}; ${wayBack(args, before)}`,
      ...(why === "" ? [] : [why]),
    ].join("\n  "),
  );
}

function wayBack({ commit }: ReleaseArgs, before: Release | undefined): string {
  if (before?.commit === commit.id) {
    return "this very release was delivered before; mend its configuration or its surroundings and deliver again";
  }
  const isProven = before?.servedCommit !== "not proven";
  return before && isProven
    ? `go back to the last proven release with ${command(before.commit)}, or with slipway:release: ${before.commit} in the stack file`
    : "no earlier release is proven; mend the app and deliver again";
}

/** The stack of `npm start` goes back with it; every other by way of the registry. */
function command(commit: string): string {
  const stack = pulumi.getStack();
  return stack === "dev"
    ? `npm start -- --release ${commit}`
    : `npm run rollback -- --stack ${stack} --to ${commit}`;
}

async function lastProven(name: string): Promise<Release | undefined> {
  return (await readState<Release>("readStackOutputs"))[name];
}
