import type { RegistryConfig } from "../config.ts";
import { Distribution } from "./distribution.ts";
import type { Registry } from "./registry.ts";

type LocalConfig = Extract<RegistryConfig, { kind: "local" }>;

/** This machine's own registry, which the set-up keeps running; engines trust a registry on localhost without TLS. */
export function openLocal(service: string, config: LocalConfig): Registry {
  const host = `localhost:${config.port}`;
  const path = config.repository ?? service;
  const distribution = new Distribution(
    `http://${host}`,
    path,
    "npm start starts this machine's own registry again",
  );
  return {
    repository: `${host}/${path}`,
    digestOf: (reference) => distribution.digestOf(reference),
    tag: (digest, tag) => distribution.tag(digest, tag),
  };
}
