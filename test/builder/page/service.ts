import { onTestFinished } from "vitest";
import { buildApp } from "../../../builder/http/app.ts";
import { readSettings, type Settings } from "../../../builder/settings.ts";
import { FakeStore } from "../fake-store.ts";

/** The real HTTP side on a free port, over a store in memory. */
export interface Service {
  readonly url: string;
  readonly store: FakeStore;
  /** Breaks every connection that is open now. */
  breakConnections(): void;
}

/** Serves the page as long as the test runs. */
export async function openService(changed: Partial<Settings> = {}): Promise<Service> {
  const settings = { ...readSettings({ LOG_LEVEL: "silent" }, []).settings, ...changed };
  const store = new FakeStore();
  const app = await buildApp({ settings, store });
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { url, store, breakConnections: () => app.server.closeAllConnections() };
}

/** Puts a build into the store, as if it had been ordered by hand. */
export async function ordered(
  { store }: Service,
  imageName = "team/web",
  imageTag = "1.0",
  client = "anybody",
): Promise<string> {
  const { build } = await store.create({
    client,
    order: { imageName, imageTag, dockerfile: "Dockerfile", args: {} },
    reference: `localhost:5055/${imageName}:${imageTag}`,
    context: { parts: [], bytes: 0, files: 1 },
  });
  return build.id;
}

/** What a registry names a manifest by. */
export const DIGEST = `sha256:${"4f53".repeat(16)}`;
