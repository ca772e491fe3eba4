import { parseArgs } from "node:util";
import {
  Interrupted,
  type Interruption,
  listenForInterruption,
} from "../rehearsal/interruption.ts";
import { ready } from "../setup/ready.ts";
import { run } from "../setup/run.ts";
import { type Story, tellOn } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import type { Comparison } from "./comparison.ts";
import { answersAgainstBare } from "./measure-answers.ts";
import { buildsAgainstEngine } from "./measure-builds.ts";
import { previewOfClouds } from "./measure-clouds.ts";
import { editAgainstOutside } from "./measure-edit.ts";
import { imageAgainstBase } from "./measure-image.ts";
import { previewAgainstDefault, previewAgainstEmpty, type Taking } from "./measure-preview.ts";
import { updateAgainstRaw } from "./measure-update.ts";
import { asText, type Circumstances, overLimit, type Report, reportOf } from "./report.ts";
import { onWorkbench, type Workbench } from "./workbench.ts";

/**
 * `npm run bench [-- --json] [--rounds 9]`: measures this project side by side with what it is held against. The exit code is 1
 * when a median is over its limit.
 */

const usualRounds = 7;
const interruption = listenForInterruption();
try {
  const { json, rounds } = readFlags();
  const report = await measure(rounds, tellOn(process.stderr), interruption);
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : `\n${asText(report)}`);
  const over = overLimit(report.comparisons);
  for (const line of over) process.stderr.write(`  ${line}\n`);
  process.exit(over.length > 0 ? 1 : 0);
} catch (error) {
  if (interruption.signal.aborted) {
    process.stderr.write("\n  interrupted; what it made is taken away again\n");
    process.exit(130);
  }
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`\n  ${error.message}\n`);
  process.exit(1);
}

async function measure(rounds: number, story: Story, { signal }: Interruption): Promise<Report> {
  const tools = await ready(
    [
      ...(["pulumi", "engine", "base-image", "registry", "compose", "python-tools"] as const),
      ...(["postgres-image", "builder-image", "buildctl"] as const),
    ],
    story,
  );
  signal.throwIfAborted();
  const { host } = tools.engine;
  return onWorkbench({ host, path: tools.path, signal }, async (bench) => {
    const comparisons: Comparison[] = [];
    const take = async (
      title: string,
      work: (bench: Workbench, taking: Taking) => Promise<Comparison[]>,
    ): Promise<void> => {
      const taken = await story.step(title, async (progress) => {
        const told = (round: number): void => {
          if (signal.aborted) throw new Interrupted("interrupted");
          progress(round === 0 ? "filling caches" : `round ${round} of ${rounds}`);
        };
        const value = await work(bench, { rounds, signal, told });
        return { text: `${rounds} rounds`, value };
      });
      comparisons.push(...taken);
    };
    await take("Preview", previewAgainstEmpty);
    await take("Clouds", previewOfClouds);
    await take("TypeScript", previewAgainstDefault);
    await take("Update", updateAgainstRaw);
    await take("Edit", (bench, taking) =>
      editAgainstOutside(bench, taking, {
        compose: tools.compose,
        python: tools["python-tools"],
        host,
      }),
    );
    const builderTools = { host, postgresImage: tools["postgres-image"] };
    await take("Builder", async (bench, taking) => [
      ...(await answersAgainstBare(bench, taking, builderTools)),
      ...(await buildsAgainstEngine(bench, taking, builderTools)),
    ]);
    comparisons.push(...(await imageAgainstBase(bench)));
    return reportOf(await circumstances(bench, rounds), comparisons);
  });
}

/** Asked of the very programs that the measured runs found on their PATH. */
async function circumstances({ env, engine }: Workbench, rounds: number): Promise<Circumstances> {
  const [node, pulumi, { Version }] = await Promise.all([
    run("node", ["--version"], { env }),
    run("pulumi", ["version"], { env }),
    engine.version(),
  ]);
  return { node: node.stdout.trim(), engine: Version, pulumi: pulumi.stdout.trim(), rounds };
}

function readFlags(): { json: boolean; rounds: number } {
  try {
    const { values } = parseArgs({
      options: { json: { type: "boolean", default: false }, rounds: { type: "string" } },
    });
    const rounds = Number(values.rounds ?? usualRounds);
    if (Number.isInteger(rounds) && rounds > 0) return { json: values.json, rounds };
    throw new UserError(
      `--rounds ${values.rounds}: is no whole number above 0; give one, such as 7`,
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    const [what] = (error as Error).message.split(".");
    throw new UserError(`command line: ${what}; use --json, --rounds`);
  }
}
