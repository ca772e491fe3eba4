import { byRatio, type Comparison } from "./comparison.ts";
import { interleave } from "./interleave.ts";
import { withColdCaches } from "./pulumi-environment.ts";
import { type Project, timedPulumi } from "./timed-pulumi.ts";
import type { Workbench } from "./workbench.ts";

/** How a measurement is to be taken. */
export interface Taking {
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** Hears how far it has come. */
  readonly told: (round: number) => void;
}

/** `pulumi preview` with nothing changed, against Pulumi programs that make nothing. */
export async function previewAgainstEmpty(bench: Workbench, taking: Taking): Promise<Comparison[]> {
  const preview = previewOf(bench, taking);
  const { ours, empty, provider } = await interleave(
    taking.rounds,
    {
      ours: () => preview(bench.ours),
      empty: () => preview(bench.empty),
      provider: () => preview(bench.emptyWithProvider),
    },
    taking.told,
  );
  return [
    byRatio("preview, nothing changed : an empty program", 1.3, ours, empty),
    byRatio("preview, nothing changed : a program with only the provider", 1.3, ours, provider),
  ];
}

/** `pulumi preview` against the same program under Pulumi's default TypeScript settings, with caches and without. */
export async function previewAgainstDefault(
  bench: Workbench,
  taking: Taking,
): Promise<Comparison[]> {
  const preview = previewOf(bench, taking);
  const cold = (project: Project) => () =>
    withColdCaches(bench.env, bench.folder, (env) => preview(project, env));
  const taken = await interleave(
    taking.rounds,
    {
      cold: cold(bench.ours),
      coldDefault: cold(bench.defaultTypescript),
      warm: () => preview(bench.ours),
      warmDefault: () => preview(bench.defaultTypescript),
    },
    taking.told,
  );
  return [
    byRatio("preview, cold : default TypeScript settings", 0.4, taken.cold, taken.coldDefault),
    byRatio("preview, warm : default TypeScript settings", 0.85, taken.warm, taken.warmDefault),
  ];
}

/** With the CLI's own word that nothing would change: else something else was measured. */
function previewOf({ env: usual }: Workbench, { signal }: Taking) {
  return (project: Project, env = usual): Promise<number> =>
    timedPulumi(project, ["preview", "--expect-no-changes"], { env, signal });
}
