import { afterEach, expect, test, vi } from "vitest";
import { runBuild } from "../../../builder/buildkit/build-run.ts";
import { ImageStore } from "../../../builder/buildkit/image-store.ts";
import type { Site } from "../../../builder/buildkit/site.ts";
import { MachineryLost } from "../../../builder/work/steps.ts";
import { LIMITS } from "./builder-here.ts";

const site: Site = {
  ready: async () => ({ address: "unix:///nowhere" }),
  stop: async () => {},
  bases: async () => [],
  check: async () => {},
  close: async () => {},
};

/** One build on a site that may be another in parts. */
function run(parts: Partial<Site>, signal = new AbortController().signal): Promise<string> {
  const order = { imageName: "web", imageTag: "1", dockerfile: "Dockerfile", args: {} };
  const task = { build: "b", attempt: 1, slot: 0, client: "anybody", reference: "web:1", order };
  const settings = { engine: "", folder: "", slots: 1, baseImages: ["*"], frontends: [] };
  return runBuild({
    ...{ task, signal, context: "", work: "", log: () => {}, site: { ...site, ...parts } },
    settings: { ...settings, buildLimits: LIMITS },
    store: new ImageStore("", "worker", 0),
    client: async () => ({ code: 1, words: ["error: no"] }),
  });
}

afterEach(() => void vi.useRealTimers());

test("a build that cannot even be asked for leaves no clock running", async () => {
  vi.useFakeTimers();
  const bases = async () => {
    throw new MachineryLost("engine: away");
  };
  await expect(run({ bases })).rejects.toThrow("engine: away");
  expect(vi.getTimerCount()).toBe(0);
});

test("a build that is cancelled while its builder starts does not wait for that", async () => {
  const cancel = new AbortController();
  const ready = () => {
    cancel.abort(new Error("cancelled"));
    return new Promise<never>(() => {});
  };
  await expect(run({ ready }, cancel.signal)).rejects.toThrow("cancelled");
});
