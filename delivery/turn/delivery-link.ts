import { z } from "zod";
import { run } from "../../setup/run.ts";
import type { Ended } from "../pulumi.ts";
import type { Stack } from "../state/stack.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The stack's tags of deliveries that are under way. Each pipeline has one of its own, so that the one which waits never
 * writes over the one that has the lock. At most 40 characters, as Pulumi Cloud has it for the names of tags.
 */
const prefix = "slipway:delivery:";

/** Where people can look at the run of the pipeline that this process is in; undefined where it is in none. */
export function pipelineLink(env: Environment): { id: string; url: string } | undefined {
  const { BITBUCKET_WORKSPACE, BITBUCKET_REPO_SLUG, BITBUCKET_BUILD_NUMBER } = env;
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = env;
  if (BITBUCKET_WORKSPACE && BITBUCKET_REPO_SLUG && BITBUCKET_BUILD_NUMBER) {
    const repository = `https://bitbucket.org/${BITBUCKET_WORKSPACE}/${BITBUCKET_REPO_SLUG}`;
    const id = BITBUCKET_BUILD_NUMBER;
    return { id, url: `${repository}/pipelines/results/${id}` };
  }
  if (GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_RUN_ID) {
    const id = GITHUB_RUN_ID;
    return { id, url: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${id}` };
  }
  return undefined;
}

/**
 * Leaves the link of this pipeline with the stack while an update runs. Without it only the words of an error are poorer, so
 * that nothing fails when a backend takes no tags.
 */
export async function withLink(stack: Stack, work: () => Promise<Ended>): Promise<Ended> {
  const own = pipelineLink(stack.pulumi.env);
  if (own === undefined) return work();
  const found = await tags(stack);
  await tag(stack, "set", `${prefix}${own.id}`, own.url);
  const gone = [`${prefix}${own.id}`];
  try {
    const ended = await work();
    // Whoever left the others is dead: this update could not have run beside theirs.
    if (ended.locked === undefined) gone.push(...Object.keys(found));
    return ended;
  } finally {
    for (const name of new Set(gone)) await tag(stack, "rm", name);
  }
}

/** The links of the pipelines that are delivering to a stack, or were when they died. */
export async function linksOn(stack: Stack): Promise<string[]> {
  const own = pipelineLink(stack.pulumi.env);
  return Object.values(await tags(stack)).filter((url) => url !== own?.url);
}

async function tags(stack: Stack): Promise<Record<string, string>> {
  const { code, stdout } = await tag(stack, "ls", "--json");
  try {
    const all = form.parse(JSON.parse(code === 0 ? stdout : "{}"));
    return Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith(prefix)));
  } catch {
    return {};
  }
}

const form = z.record(z.string(), z.string());

function tag({ name, pulumi }: Stack, ...args: readonly string[]) {
  const { program, folder, env } = pulumi;
  return run(program, ["stack", "tag", ...args, "--stack", name], {
    cwd: folder,
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
}
