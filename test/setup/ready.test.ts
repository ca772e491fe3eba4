import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ready } from "../../setup/ready.ts";
import type { Story } from "../../setup/story.ts";
import { fakeEngine } from "./fake-engine.ts";
import { fakeMachine, temporaryFolder } from "./fake-machine.ts";

/** A story that remembers its lines. */
function remembered(): Story & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    async step(title, work) {
      const { text, value } = await work(() => {});
      lines.push(`${title}: ${text}`);
      return value;
    },
    say: (title, text) => void lines.push(`${title}: ${text}`),
    warn: (text) => void lines.push(text),
  };
}

test("only what is asked for is looked at and handed back, and what both need once", async () => {
  const machine = fakeMachine();
  await fakeEngine(machine.dockerSocket, { "/images/python:3.12-slim/json": {} });
  const story = remembered();
  const { path, ...brought } = await ready(["engine", "base-image"], story, { machine });
  expect({ path, brought, lines: story.lines }).toEqual({
    path: [],
    brought: {
      engine: {
        host: `unix://${machine.dockerSocket}`,
        version: "29.1.0",
        platform: "linux/arm64",
      },
      "base-image": "python:3.12-slim",
    },
    lines: [
      `Docker engine: 29.1.0 at unix://${machine.dockerSocket}`,
      "Base image: python:3.12-slim",
    ],
  });
});

test("a CLI that is on PATH already is not put first on it", async () => {
  const machine = fakeMachine();
  const cli = join(machine.command("pulumi", "echo v3.259.0"), "..");
  machine.command("pulumi-language-nodejs", "");
  expect(await ready(["pulumi"], remembered(), { machine })).toEqual({ path: [], pulumi: cli });
});

test("a thing that cannot be had stops what is being made for the others", async () => {
  const machine = fakeMachine({ platform: "darwin", checkout: temporaryFolder() });
  mkdirSync(join(machine.checkout, "app"));
  for (const name of ["requirements.txt", "requirements-dev.txt"]) {
    writeFileSync(join(machine.checkout, "app", name), "");
  }
  const bin = join(machine.home, ".pyenv", "versions", "3.12.1", "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "python3.12"), '#!/bin/sh\n[ "$2" = venv ] && exec /bin/sleep 60\n', {
    mode: 0o755,
  });
  const both = ready(["python-tools", "engine"], remembered(), { machine });
  await expect(both).rejects.toThrow("docker: no engine answers; start Docker Desktop");
});
