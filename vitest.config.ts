import { defineConfig } from "vitest/config";

/** What needs the Docker engine and Pulumi's CLI that the set-up brings. */
const real = {
  setupFiles: ["test/forget-variables.ts"],
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // Each file waits for the engine most of the time; vitest itself would run one after the other on two cores.
  maxWorkers: 2,
};

/** They cut builds off in the middle, which an engine has to bear, but nobody else's build meanwhile. */
const cutting = ["test/rehearsal/interruption.real.test.ts", "test/builder/chaos/*.real.test.ts"];

/** `unit` needs nothing but Node; then comes what is real, and last of it what is `real-cut`. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.real.test.ts"],
          setupFiles: ["test/forget-variables.ts"],
          // What names an engine or its logins; the other tests need it.
          env: { DOCKER_HOST: "", DOCKER_CONFIG: "" },
        },
      },
      {
        test: {
          ...real,
          name: "real",
          include: ["test/**/*.real.test.ts"],
          exclude: cutting,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: { ...real, name: "real-cut", include: cutting, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
