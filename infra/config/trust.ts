import { z } from "zod";
import { strict, text } from "./forms.ts";

// `trust` in ground: whose pipelines may preview and deploy without a stored key.

/** With or without the braces that Bitbucket shows; inside, always without. */
const uuid = text(
  /^\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  "is no id of Bitbucket; use the UUID that its settings show, in quotes",
).transform((value) => value.replace(/[{}]/g, ""));

/** GitHub's ids are numbers, and text in its tokens. */
const githubId = text(
  /^\d+$/,
  "is no id of GitHub; use the digits that gh api repos/OWNER/NAME shows, in quotes",
);

/** The one branch from which deployments are taken. */
const branch = text(
  /^[A-Za-z0-9][A-Za-z0-9._/-]*$/,
  "is no branch that trust can name; use letters, digits and . _ / -",
).default("main");

const someEnvironment = [
  (all: readonly string[]) => all.length > 0,
  { error: "names no environment; add one" },
] as const;

const bitbucket = strict({
  workspace: text(/^[a-z0-9_-]+$/, "is no workspace; use its id as in bitbucket.org/WORKSPACE"),
  workspaceId: uuid,
  repositoryId: uuid,
  /** The ids of the deployment environments that may deploy. */
  deployments: z.array(uuid).refine(...someEnvironment),
  branch,
});

const github = strict({
  /** `OWNER/NAME`. */
  repository: text(
    /^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/,
    "is no repository of GitHub; write it as OWNER/NAME",
  ),
  ownerId: githubId,
  repositoryId: githubId,
  /** The deployment environments that may deploy. */
  environments: z
    .array(
      text(
        /^[A-Za-z0-9][A-Za-z0-9 ._/-]*$/,
        "is no environment that trust can name; use letters, digits, spaces and . _ / -",
      ),
    )
    .refine(...someEnvironment),
  branch,
});

export const trust = strict({
  bitbucket: bitbucket.optional(),
  github: github.optional(),
}).refine((value) => value.bitbucket || value.github, {
  error: "trusts nobody; add bitbucket or github, or leave trust out",
});

export type TrustConfig = z.output<typeof trust>;
export type BitbucketTrust = z.output<typeof bitbucket>;
export type GithubTrust = z.output<typeof github>;
