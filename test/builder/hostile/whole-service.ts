import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeBuilders } from "../../../builder/buildkit/builder-network.ts";
import { openService } from "../../../builder/service.ts";
import { readSettings } from "../../../builder/settings.ts";
import { BASE_IMAGE } from "../../../setup/base-image.ts";
import { ready } from "../../../setup/ready.ts";
import { silentStory } from "../../../setup/story.ts";
import { docker } from "../../rehearsal/engine.ts";
import { type PrivateRegistry, startPrivateRegistry } from "../../rehearsal/private-registry.ts";
import { until } from "../../rehearsal/until.ts";

/** A build as the API shows it once it has ended. */
export interface Ended {
  readonly id: string;
  readonly state: string;
  readonly error: string | null;
  readonly digest: string | null;
  readonly log: string;
}

/** The whole service in this process, with a registry of its own. */
export interface WholeService {
  /** Where it answers. */
  readonly address: string;
  readonly registryPort: number;
  readonly registry: Pick<PrivateRegistry, "stop" | "start">;
  /** Orders a build; returns its id. */
  order(name: string, dockerfile: string): Promise<string>;
  ended(id: string): Promise<Ended>;
  get(path: string): Promise<Response>;
  digestOf(tag: string, repository: string): Promise<string | undefined>;
  /** Images that are still kept. */
  leftImages(): Promise<string[]>;
  /** Files of builds, and containers, that are still there. */
  leftOvers(): Promise<string[]>;
  close(): Promise<void>;
  /** Takes away all that it made, once it is closed. */
  remove(): Promise<void>;
}

const worker = `hostile-${process.pid}`;

/** Opens it with small limits. */
export async function openWholeService(
  env: Readonly<Record<string, string>>,
): Promise<WholeService> {
  const needs = ["engine", "base-image", "builder-image", "buildctl"] as const;
  const { engine, buildctl, ...images } = await ready(needs, silentStory);
  const registry = await startPrivateRegistry();
  const folder = mkdtempSync(join(tmpdir(), "slipway-hostile-"));
  const { settings } = readSettings(
    {
      LOG_LEVEL: "silent",
      PORT: "0",
      BUILDER_FOLDER: folder,
      BUILDER_NAME: worker,
      REGISTRY: `localhost:${registry.port}`,
      ...env,
    },
    [],
    engine.host,
  );
  const machinery = { buildctl, builderImage: images["builder-image"], heldImages: [BASE_IMAGE] };
  const service = await openService(settings, async () => machinery);
  const filesIn = async (form: RegExp) =>
    (await readdir(folder, { recursive: true })).filter((name) => form.test(name));
  const get = (path: string) => fetch(`${service.address}${path}`);
  return {
    address: service.address ?? "",
    registryPort: registry.port,
    registry,
    get,
    digestOf: registry.digestOf,
    async order(name, dockerfile) {
      const answer = await fetch(`${service.address}/v1/builds`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ image_name: name, image_tag: "1", dockerfile }),
      });
      const told = (await answer.json()) as { id?: string };
      if (told.id === undefined) throw new Error(`refused: ${JSON.stringify(told)}`);
      return told.id;
    },
    async ended(id) {
      const ended = await until(
        `the end of build ${id}`,
        async () => {
          // A connection that was silent for long may just have been closed.
          const answer = await get(`/v1/builds/${id}`).catch(() => undefined);
          if (answer === undefined) return false;
          const build = (await answer.json()) as Ended;
          return /succeeded|failed|cancelled/.test(build.state) && build;
        },
        600,
      );
      return { ...ended, log: await (await get(`/v1/builds/${id}/log`)).text() };
    },
    leftImages: () => filesIn(/\/kept\/./),
    async leftOvers() {
      const found = (await docker.listContainers({ all: true })).flatMap(({ Names }) => Names);
      const files = await filesIn(/contexts\/.|\/kept\/.|\/ingest\/./);
      return [...found.filter((name) => name.includes(worker)), ...files];
    },
    close: () => service.close(),
    async remove() {
      await removeBuilders(settings, `${worker}-1`);
      await registry.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
