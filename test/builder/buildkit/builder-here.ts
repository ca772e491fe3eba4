import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type DockerClient from "dockerode";
import { afterAll } from "vitest";
import type { Order } from "../../../builder/build.ts";
import { removeBuilders } from "../../../builder/buildkit/builder-network.ts";
import {
  type ImageBuilderSettings,
  type ImageBuilderTools,
  openImageBuilder,
} from "../../../builder/buildkit/image-builder.ts";
import type { ImageBuilder } from "../../../builder/work/steps.ts";
import { BASE_IMAGE } from "../../../setup/base-image.ts";
import { openEngine } from "../../../setup/open-engine.ts";
import { ready } from "../../../setup/ready.ts";
import { silentStory } from "../../../setup/story.ts";

/** What a build came to. */
export interface Outcome {
  readonly digest?: string;
  /** `StepFailed: …`. */
  readonly error?: string;
  /** Its log, a line each: `out: …`. */
  readonly log: readonly string[];
}

/** What a test asks of a build besides its Dockerfile. */
export interface Asked {
  /** The build's. */
  readonly id?: string;
  readonly slot?: number;
  readonly client?: string;
  readonly order?: Partial<Order>;
  readonly files?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly hear?: (line: string) => void;
}

/** A builder of images on this machine's engine, with a folder and containers of its own that go with the test file. */
export interface BuilderHere {
  readonly builder: ImageBuilder;
  readonly engine: DockerClient;
  readonly folder: string;
  readonly settings: ImageBuilderSettings;
  readonly tools: ImageBuilderTools;
  build(dockerfile: string, asked?: Asked): Promise<Outcome>;
  /** The id of a slot's running container. */
  container(slot: number): Promise<string>;
}

/** What the tests allow a build; small, so that it is soon reached. */
export const LIMITS: ImageBuilderSettings["buildLimits"] = {
  memory: 256 * 2 ** 20,
  cpus: 1,
  pids: 64,
  seconds: 120,
  logBytes: 2 ** 20,
  imageBytes: 2 ** 30,
  diskBytes: 2 ** 30,
};

/** Opens it; to be called once in a file, outside of tests. */
export async function builderHere(
  overrides: Partial<ImageBuilderSettings> = {},
): Promise<BuilderHere> {
  const needs = ["engine", "base-image", "builder-image", "buildctl"] as const;
  const { engine, buildctl, ...images } = await ready(needs, silentStory);
  const folder = mkdtempSync(join(tmpdir(), "slipway-built-"));
  const settings: ImageBuilderSettings = {
    engine: engine.host,
    folder,
    slots: 1,
    buildLimits: LIMITS,
    baseImages: ["*"],
    frontends: ["docker/dockerfile"],
    ...overrides,
  };
  const worker = `test-${randomUUID().slice(0, 8)}`;
  const tools = {
    worker,
    buildctl,
    builderImage: images["builder-image"],
    heldImages: [BASE_IMAGE],
  };
  const builder = await openImageBuilder(settings, tools);
  afterAll(async () => {
    await builder.close();
    await removeBuilders(settings, worker);
    rmSync(folder, { recursive: true, force: true });
  });
  const client = openEngine(engine.host);
  return {
    builder,
    engine: client,
    folder,
    settings,
    tools,
    build: (dockerfile, asked) => outcomeOf(builder, folder, dockerfile, asked),
    async container(slot) {
      const filters = { label: [`slipway.slot=${slot}`], name: [`slipway-builder-${worker}`] };
      const [found] = await client.listContainers({ filters });
      if (found === undefined) throw new Error(`no container runs for slot ${slot}`);
      return found.Id;
    },
  };
}

/** Builds with any builder. */
export async function outcomeOf(
  builder: ImageBuilder,
  folder: string,
  dockerfile: string,
  {
    slot = 0,
    id = randomUUID(),
    client = "anybody",
    order = {},
    files = {},
    signal,
    hear,
  }: Asked = {},
): Promise<Outcome> {
  const context = mkdtempSync(join(folder, "context-"));
  for (const [name, content] of Object.entries({ Dockerfile: dockerfile, ...files })) {
    mkdirSync(dirname(join(context, name)), { recursive: true });
    writeFileSync(join(context, name), content);
  }
  const log: string[] = [];
  const task = {
    build: id,
    attempt: 1,
    slot,
    client,
    reference: "localhost:5055/built:1",
    order: { imageName: "built", imageTag: "1", dockerfile: "Dockerfile", args: {}, ...order },
  };
  try {
    const digest = await builder.build(
      task,
      context,
      (stream, text) => {
        log.push(`${stream}: ${text}`);
        hear?.(`${stream}: ${text}`);
      },
      signal ?? new AbortController().signal,
    );
    return { digest, log };
  } catch (error) {
    return { error: String(error), log };
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
