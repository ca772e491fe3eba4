import { defineConfig } from "vitest/config";

/** Two projects: `unit` needs nothing but Node; `real` needs the Docker engine and Pulumi's CLI that the set-up brings. */
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
          name: "real",
          include: ["test/**/*.real.test.ts"],
          setupFiles: ["test/forget-variables.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Each file waits for the engine most of the time; vitest itself would run one after the other on two cores.
          maxWorkers: 2,
        },
      },
    ],
  },
});
