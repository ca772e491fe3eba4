import { expect, test } from "vitest";
import { userCache } from "../../setup/machine.ts";

test.each([
  ["linux", {}, "/home/me/.cache/slipway"],
  ["linux", { XDG_CACHE_HOME: "/cache" }, "/cache/slipway"],
  ["darwin", {}, "/home/me/Library/Caches/slipway"],
  ["win32", { LOCALAPPDATA: "/local" }, "/local/slipway/cache"],
  ["win32", {}, "/home/me/AppData/Local/slipway/cache"],
] as const)("tools are kept where %s keeps what can be made again, %o", (platform, env, folder) => {
  expect(userCache(platform, env, "/home/me")).toBe(folder);
});
