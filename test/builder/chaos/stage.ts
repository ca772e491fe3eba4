import { globSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { BASE_IMAGE } from "../../../setup/base-image.ts";
import { findBuilderImage } from "../../../setup/builder-image.ts";
import { engineHost } from "../../rehearsal/engine.ts";
import { type CountedRegistry, startCountedRegistry } from "./counted-registry.ts";
import { type PrivateEngine, startPrivateEngine } from "./private-engine.ts";
import { type KeptProcess, keep } from "./process.ts";

/** What a run plays on: nothing of it is anybody else's, and all of it goes with the test. */
export interface Stage {
  readonly engine: PrivateEngine;
  readonly registry: CountedRegistry;
  /** Its processes keep their folders in here. */
  readonly folder: string;
  /** Starts a process of the service, in a folder of its own. */
  start(
    name: string,
    role: "all" | "api" | "worker",
    env: Readonly<Record<string, string>>,
  ): KeptProcess;
  /** What is there and should not be, once all processes have been stopped: containers, and files of builds. */
  leftOvers(): Promise<string[]>;
}

/**
 * Sets the stage for the test that runs.
 * @param logs where its processes log to. Default: a folder that goes with the test.
 */
export async function setStage(logs?: string): Promise<Stage> {
  const builderImage = await findBuilderImage(engineHost);
  if (builderImage === undefined) throw new Error("the engine holds no builder; run npm test");
  const folder = mkdtempSync(join(tmpdir(), "slipway-chaos-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const engine = await startPrivateEngine([builderImage, BASE_IMAGE]);
  onTestFinished(() => engine.remove());
  const registry = await startCountedRegistry();
  onTestFinished(() => registry.remove());
  return {
    engine,
    registry,
    folder,
    start(name, role, env) {
      const home = join(folder, name);
      mkdirSync(join(home, "tmp"), { recursive: true });
      const common = {
        BUILDER_FOLDER: home,
        DOCKER_HOST: engine.host,
        REGISTRY: registry.address,
        BUILDER_PER_MINUTE: "1000000",
        BUILDER_WAITING: "1000000",
        NODE_COMPILE_CACHE: join(folder, "compile-cache"),
        TMPDIR: join(home, "tmp"),
      };
      const log = join(logs ?? folder, `${name}.log`);
      const kept = keep({ name, role, env: { ...common, ...env }, log });
      onTestFinished(() => kept.stop());
      return kept;
    },
    async leftOvers() {
      const containers = await engine.docker.listContainers({ all: true });
      return [...containers.flatMap(({ Names }) => Names), ...filesOfBuilds(folder)];
    },
  };
}

/** What is kept on purpose: the database, the base image, and large layers for the next build. */
function filesOfBuilds(folder: string): string[] {
  const patterns = [
    "*/tmp/*",
    "*/work-*",
    "*/contexts/*",
    "*/images-*/kept/*",
    "*/images-*/ingest/*",
  ];
  return globSync([...patterns, "*/bases/*.draft"], { cwd: folder }).toSorted();
}
