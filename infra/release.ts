import * as pulumi from "@pulumi/pulumi";
import type { Commit } from "./commit.ts";
import type { Config, ServiceConfig } from "./config.ts";
import { branchTag, parseReference } from "./image-reference.ts";
import { prove } from "./proof.ts";
import { readState } from "./read-state.ts";
import type { Registry } from "./registries/registry.ts";
import type { Target } from "./targets/target.ts";

/** A stack output for each service: its last proven release. */
export interface Release {
  readonly url: string;
  /** `repository@sha256:…`. */
  readonly image: string;
  readonly commit: string;
  readonly branch: string;
  /** The commit that the URL served; `not proven` where the proof reads none or was switched off. */
  readonly servedCommit: string;
}

export interface ReleaseArgs {
  readonly service: ServiceConfig;
  readonly registry: Registry;
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
  const settled = pulumi.all([target.url, image, target.revision]);
  return settled.apply(async ([url, reference, revision]) => {
    const isProof = config.proves && service.proof.kind === "commit";
    if (config.proves && !pulumi.runtime.isDryRun()) {
      await proveOrExplain(name, url, revision, args);
      if (!config.release) await tagBranch(reference, args);
    }
    return { url, image: reference, commit: id, branch, servedCommit: isProof ? id : "not proven" };
  });
}

async function proveOrExplain(name: string, url: string, revision: string, args: ReleaseArgs) {
  const { service, commit, target, parent } = args;
  const progress = (seen: string) =>
    void pulumi.log.info(`proof: ${seen}`, parent, undefined, true);
  progress(`asking ${url}`);
  const verdict = await prove(url, service.proof, commit.id, progress);
  if (verdict.proven) {
    const what =
      service.proof.kind === "commit" ? `serves ${commit.id}` : "is healthy, commit not proven";
    await pulumi.log.info(`proven: ${url} ${what}`, parent);
    return;
  }
  const [why, before] = await Promise.all([target.explain(revision), lastProven(name)]);
  const wanted = service.proof.kind === "commit" ? `commit ${commit.id}` : "status 200";
  throw new pulumi.RunError(
    [
      `${name}: ${new URL(service.proof.path, url)} should serve ${wanted} and in ${service.proof.seconds} s gave: ${verdict.seen}; ${wayBack(args, before)}`,
      ...(why === "" ? [] : [why]),
    ].join("\n  "),
  );
}

function wayBack({ commit, service }: ReleaseArgs, before: Release | undefined): string {
  if (before?.commit === commit.id) {
    return "this very release was delivered before; mend its configuration or its surroundings and deliver again";
  }
  const isProven = service.proof.kind === "health" || before?.servedCommit === before?.commit;
  return before && isProven
    ? `go back to the last proven release with npm start -- --release ${before.commit}, or with slipway:release: ${before.commit} in the stack file`
    : "no earlier release is proven; mend the app and deliver again";
}

async function lastProven(name: string): Promise<Release | undefined> {
  return (await readState<Release>("readStackOutputs"))[name];
}

/** What a branch delivered last, so that people can pull it by a name they know. */
async function tagBranch(reference: string, { commit, registry }: ReleaseArgs): Promise<void> {
  if (commit.branch === "unknown" || commit.differences.length > 0) return;
  await registry.tag(parseReference(reference).digest, branchTag(commit.branch));
}
