import type { ServerImage } from "./server-image.ts";

const CONFIG = `version: 0.1
log:
  fields: {service: registry}
storage:
  cache: {blobdescriptor: inmemory}
  filesystem: {rootdirectory: /var/lib/registry}
http:
  addr: :5000
  headers: {X-Content-Type-Options: [nosniff]}
health:
  storagedriver: {enabled: true, interval: 10s, threshold: 3}
`;

/** The registry, which answers on port 5000. */
export const registryImage: ServerImage = {
  title: "Registry",
  official: "registry:3",
  made: "slipway-registry:debian",
  package: "docker-registry",
  instructions: [
    "COPY config.yml /etc/distribution/config.yml",
    "EXPOSE 5000",
    'ENTRYPOINT ["docker-registry"]',
    'CMD ["serve", "/etc/distribution/config.yml"]',
  ],
  files: { "config.yml": CONFIG },
};
