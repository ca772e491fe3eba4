import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { openCloud } from "../rehearsal/cloud/cloud.ts";
import type { Kind } from "../rehearsal/clouds-in.ts";
import { openFrontDoor } from "../rehearsal/outside/front-door.ts";
import { attachStandIns } from "../rehearsal/stand-ins.ts";
import { byRatio, type Comparison } from "./comparison.ts";
import { writeEmptyProgram } from "./empty-program.ts";
import { interleave } from "./interleave.ts";
import type { Taking } from "./measure-preview.ts";
import { type Project, timedPulumi } from "./timed-pulumi.ts";
import type { Workbench } from "./workbench.ts";

/** `pulumi preview` of the shipped cloud stacks with nothing changed, against an empty program with the same providers. */
export async function previewOfClouds(bench: Workbench, taking: Taking): Promise<Comparison[]> {
  return [
    await previewOf("staging", "empty-with-google", bench, taking),
    await previewOf("production", "empty-with-aws", bench, taking),
  ];
}

async function previewOf(
  stack: string,
  peer: "empty-with-google" | "empty-with-aws",
  bench: Workbench,
  taking: Taking,
): Promise<Comparison> {
  const { signal, rounds, told } = taking;
  // Ground is made on both clouds.
  return onClouds(bench, ["gcp", "aws"], async (env) => {
    const options = { env, signal };
    const ground = shipped("ground", bench);
    const ours = shipped(stack, bench);
    const empty = { ...ours, folder: join(bench.folder, peer) };
    writeEmptyProgram(empty.folder, peer);
    const made: Project[] = [];
    try {
      for (const project of [ground, ours, empty]) {
        await timedPulumi(project, ["stack", "init", project.stack], options);
        made.push(project);
        await timedPulumi(project, ["up", "--yes", "--skip-preview"], options);
      }
      const preview = (project: Project) => () =>
        timedPulumi(project, ["preview", "--expect-no-changes"], options);
      const taken = await interleave(rounds, { ours: preview(ours), empty: preview(empty) }, told);
      const what = `preview of ${stack}, nothing changed : an empty program, same providers`;
      return byRatio(what, 1.4, taken.ours, taken.empty);
    } finally {
      for (const project of made.reverse()) {
        await timedPulumi(project, ["destroy", "--yes", "--skip-preview"], options);
        await timedPulumi(project, ["stack", "rm", "--yes"], options);
      }
    }
  });
}

/** A copy of a shipped stack file, because Pulumi writes into the one it is given; nothing there is kept from being deleted. */
function shipped(stack: string, { copy, folder, name }: Workbench): Project {
  const stackFile = join(folder, `${stack}.yaml`);
  const file = parse(
    readFileSync(join(import.meta.dirname, "..", `Pulumi.${stack}.yaml`), "utf8"),
  ) as StackFile;
  for (const { target } of Object.values(file.config["slipway:services"] ?? {})) {
    target.protect = false;
  }
  writeFileSync(stackFile, stringify(file));
  return { folder: copy.folder, stack: `${name}-${stack}`, stackFile };
}

interface StackFile {
  config: { "slipway:services"?: Record<string, { target: { protect?: boolean } }> };
}

/** Plays the clouds, with records that go with the benchmark. */
async function onClouds<T>(
  { folder, env, registry, copy }: Workbench,
  clouds: readonly Kind[],
  work: (env: Workbench["env"]) => Promise<T>,
): Promise<T> {
  const outside = { cloud: openCloud(join(folder, "cloud")), registry, clouds };
  const door = await openFrontDoor(outside);
  try {
    const standIns = await attachStandIns(
      env.DOCKER_HOST ?? "",
      outside,
      join(copy.folder, "infra"),
    );
    try {
      return await work({
        ...env,
        PULUMI_DEBUG_PROVIDERS: standIns.debugProviders,
        SLIPWAY_OUTSIDE: door.address,
        DOCKERHUB_USERNAME: "bench",
        DOCKERHUB_PASSWORD: "bench",
      });
    } finally {
      await standIns.close();
    }
  } finally {
    await door.close();
  }
}
