import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPipelines, scriptOf, stepsOf } from "./bitbucket.ts";

const example = join(import.meta.dirname, "..", "..", "examples", "django");
const read = (path: string): string => readFileSync(join(example, path), "utf8");
const { document, pipelines } = readPipelines(read("bitbucket-pipelines.yml"));

describe("the Django example's bitbucket-pipelines.yml", () => {
  it("tests every push, and publishes main alone", () => {
    const named = Object.entries(pipelines).map(([name, pipeline]) => [
      name,
      stepsOf(pipeline).map((step) => step.name),
    ]);
    expect(Object.fromEntries(named)).toEqual({
      default: ["Test", "Build"],
      "branches.main": ["Test", "Publish"],
    });
  });

  it("logs in and pushes in that one step, with what it has built", () => {
    const steps = Object.values(pipelines).flatMap(stepsOf);
    const outward = steps.filter((step) => /docker (?:login|push)/.test(scriptOf(step)));
    expect(outward.map(({ name }) => name)).toEqual(["Publish"]);
    expect(outward.map(({ script }) => script?.map((line) => line.split(" ")[0]))).toEqual([
      ["docker", "printf", "docker", "docker"],
    ]);
  });

  it("has a Docker engine in each step, by the runtime that mounts a CLI", () => {
    expect(document.options?.runtime).toBeUndefined();
    const services = Object.values(pipelines)
      .flatMap(stepsOf)
      .map((step) => step.services);
    expect(services).toEqual(services.map(() => ["docker"]));
  });

  it("reads no variable that README.md does not explain or Bitbucket set", () => {
    const scripts = Object.values(pipelines).flatMap(stepsOf).map(scriptOf).join("\n");
    const used = [...scripts.matchAll(/\$(?<name>\w+)/g)].map(({ groups }) => groups?.name ?? "");
    const own = [...new Set(used)].filter((name) => !name.startsWith("BITBUCKET_")).toSorted();
    expect(own).toEqual(["DOCKERHUB_PASSWORD", "DOCKERHUB_USERNAME"]);
    expect(own.filter((name) => !read("README.md").includes(`\`${name}\``))).toEqual([]);
  });
});
