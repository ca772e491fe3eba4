import { parse } from "yaml";
import type { Workflows } from "./github.ts";

const onMain = "github.ref == 'refs/heads/main'";

/** Why a part of a workflow may be left out: every condition there is, by file, job or `runs` of an action, and command. */
export const conditions: Readonly<Record<string, string>> = {
  "actions/log-in/action.yml: runs: aws-actions/configure-aws-credentials":
    "inputs.aws-role != '' || inputs.aws-access-key-id != ''",
  "actions/log-in/action.yml: runs: google-github-actions/auth":
    "inputs.google-provider != '' && inputs.google-account != ''",
  "actions/prepare/action.yml: runs: actions/cache": "inputs.cache == 'true'",
  "workflows/ci.yml: checks":
    "github.event_name == 'push' || github.event.pull_request.head.repo.full_name != github.repository",
  "workflows/deploy.yml: approval": `${onMain} && vars.PRODUCTION_APPROVAL == 'reviewers'`,
  "workflows/deploy.yml: checks": onMain,
  "workflows/deploy.yml: production": onMain,
  "workflows/deploy.yml: staging": onMain,
  'workflows/deploy.yml: staging: npm run promote -- --from staging --to production --release "$GITHUB_SHA" --copy-only':
    "env.DOCKERHUB_USERNAME != ''",
  "workflows/drift.yml: drift": onMain,
  "workflows/preview.yml: ask":
    "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository",
  "workflows/preview.yml: preview":
    "github.event_name != 'pull_request' && github.ref_type == 'branch'",
  "workflows/promote.yml: approval": onMain,
  "workflows/promote.yml: production": onMain,
  "workflows/rollback.yml: rollback": onMain,
};

interface Part {
  readonly if?: unknown;
  readonly run?: string;
  readonly uses?: string;
  readonly steps?: readonly Part[];
}

/** The conditions that the files have, named as above. */
export function conditionsOf({ texts }: Workflows): Readonly<Record<string, string>> {
  const found = Object.entries(texts).flatMap(([path, text]) => {
    const { jobs, runs } = parse(text) as { jobs?: Record<string, Part>; runs?: Part };
    return Object.entries(jobs ?? { runs: runs ?? {} }).flatMap(([id, part]) => {
      const where = `${path.replace(".github/", "")}: ${id}`;
      const steps = (part.steps ?? []).map(
        (step) => [`${where}: ${step.run ?? step.uses?.replace(/@.*/, "")}`, step.if] as const,
      );
      return [[where, part.if] as const, ...steps].filter(([, condition]) => condition != null);
    });
  });
  return Object.fromEntries(found.map(([where, condition]) => [where, String(condition)]));
}
