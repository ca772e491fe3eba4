import * as pulumi from "@pulumi/pulumi";
import { expect, vi } from "vitest";
import type { ServiceConfig } from "../../infra/config/schema.ts";
import { type Config, readConfig } from "../../infra/config.ts";

/** The least that a service has to say. */
export const leastService = {
  source: { context: "app" },
  registry: { kind: "local" },
  target: { kind: "docker", port: 8000 },
};

/** What the least service means once every default is filled in. */
export const leastServiceRead: ServiceConfig = {
  source: { context: "app", args: {} },
  registry: { kind: "local", port: 5055 },
  target: {
    kind: "docker",
    port: 8000,
    bind: "127.0.0.1",
    containerPort: 8000,
    memory: 256,
    processes: 256,
  },
  env: {},
  proof: { kind: "commit", path: "/", field: "commit", seconds: 60 },
};

/** What a run is told when nobody says anything. */
export const leastConfig = {
  services: {},
  ground: undefined,
  secrets: pulumi.secret<Record<string, string>>({}),
  secret: () => "",
  logins: { dockerHub: undefined, googleKey: undefined },
  allowDirty: false,
  release: () => undefined,
  engineHost: undefined,
  proves: true,
  retries: false,
  tags: [],
} satisfies Config;

/**
 * Sets the stack's values under `slipway:` the way Pulumi's language host hands them over: each as text.
 * @param secure names of the values that hold a secure one, such as `secrets`, which is the default where there are any.
 */
export function setStackConfig(
  values: Readonly<Record<string, unknown>>,
  secure: readonly string[] = usual(values),
): void {
  const texts = Object.entries(values).map(([key, value]) => [
    `slipway:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const secretKeys = secure.map((key) => `slipway:${key}`);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts), secretKeys);
  vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", JSON.stringify(secretKeys));
}

/** The least service with some of its parts replaced. */
export function serviceWith(parts: object) {
  return { services: { web: { ...leastService, ...parts } } };
}

/** The problems that reading such a configuration finds, without the line that announces them. */
export function problemsOf(
  values: Readonly<Record<string, unknown>>,
  secure: readonly string[] = usual(values),
): string[] {
  setStackConfig(values, secure);
  try {
    readConfig();
  } catch (error) {
    expect(error).toBeInstanceOf(pulumi.RunError);
    const [announcement, ...problems] = (error as Error).message.split("\n  ");
    expect(announcement).toBe("the configuration of this stack has problems:");
    return problems;
  }
  return [];
}

/** Secrets are secure wherever a test does not say otherwise. */
function usual(values: object): string[] {
  return "secrets" in values ? ["secrets"] : [];
}
