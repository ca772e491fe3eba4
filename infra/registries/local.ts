import type { RegistryOf } from "../config/registries.ts";
import { Distribution } from "./distribution.ts";
import type { Registry } from "./registry.ts";

/** Where the set-up keeps this machine's own registry; any other port is somebody else's. */
const ownPort = 5055;

/** This machine's own registry, which the set-up keeps running; engines trust a registry on localhost without TLS. */
export function openLocal(service: string, config: RegistryOf<"local">): Registry {
  const host = `localhost:${config.port}`;
  const path = config.repository ?? service;
  const images = new Distribution(
    `http://${host}`,
    path,
    config.port === ownPort
      ? "npm start starts this machine's own registry again"
      : `start the registry that is to listen on port ${config.port}`,
  );
  return {
    repository: `${host}/${path}`,
    images,
    digestOf: (reference) => images.digestOf(reference),
    tag: (digest, tag) => images.tag(digest, tag),
  };
}
