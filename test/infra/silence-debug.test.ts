import { log } from "@pulumi/pulumi";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import settings from "@pulumi/pulumi/runtime/settings.js";
import { expect, it, vi } from "vitest";
import { silenceDebug } from "../../infra/silence-debug.ts";

it("keeps what the SDK says at debug level from the engine, and nothing else", async () => {
  const heard: string[] = [];
  const engine = {
    log(request: LogRequest, callback: (error: null, answer: object) => void) {
      heard.push(request.getMessage());
      callback(null, {});
    },
  };
  vi.spyOn(settings, "getEngine").mockReturnValue(engine as never);
  await log.debug("debug before");
  silenceDebug();
  await log.debug("debug");
  await log.info("info");
  await log.warn("warning");
  expect(heard).toStrictEqual(["debug before", "info", "warning"]);
});
