import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "./user-error.ts";

/** Whether a registry answers on a port of 127.0.0.1. */
export function registryAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(
      { host: "127.0.0.1", port, path: "/v2/", agent: false, timeout: 2_000 },
      (response) => {
        response.resume();
        resolve("docker-distribution-api-version" in response.headers);
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

/** Waits up to `patience` milliseconds until a registry answers on a port of 127.0.0.1. */
export async function waitForRegistry(port: number, patience: number = 20_000): Promise<void> {
  const deadline = performance.now() + patience;
  while (!(await registryAnswers(port))) {
    if (performance.now() > deadline) {
      throw new UserError(
        `registry: nothing answers on 127.0.0.1:${port} after ${patience / 1000} s although its container runs; ` +
          "see its log with docker logs, and use an engine on this machine",
      );
    }
    await pause(50);
  }
}
