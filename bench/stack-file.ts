import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

interface DevStack {
  config: {
    "slipway:services": Record<string, { registry: { port?: number }; target: { port: number } }>;
  };
}

/** Writes the dev stack's file with a registry and a port of its own, so that the benchmark stays out of the way of a delivery. */
export function writeDevStackFile(path: string, registryPort: number, appPort: number): void {
  const shipped = join(import.meta.dirname, "..", "Pulumi.dev.yaml");
  const stack = parse(readFileSync(shipped, "utf8")) as DevStack;
  for (const { registry, target } of Object.values(stack.config["slipway:services"])) {
    registry.port = registryPort;
    target.port = appPort;
  }
  writeFileSync(path, stringify(stack));
}
