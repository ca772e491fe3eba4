import { openEngine } from "./open-engine.ts";
import { waitForRegistry } from "./registry-answers.ts";

/** A registry container that answers on 127.0.0.1. */
export interface RunningRegistry {
  readonly port: number;
  /** Takes the container away, with what it stored unless that is in a named volume. */
  remove(): Promise<void>;
}

/** What a registry container is made of. */
export interface RegistryOptions {
  /** The Docker engine, as in `DOCKER_HOST`. */
  readonly host: string;
  /** The container's name. */
  readonly name: string;
  readonly image: string;
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** A named volume for what is pushed; without one it goes with the container. */
  readonly volume?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Start it with the engine, as long as nobody stops it. Default: no. */
  readonly restart?: boolean;
}

/**
 * Makes and starts a registry container, published on 127.0.0.1 only, and waits until it answers. On failure nothing of it is
 * left and the engine's error is thrown.
 */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const engine = openEngine(options.host);
  const container = await engine.createContainer({
    name: options.name,
    Image: options.image,
    Env: ["REGISTRY_STORAGE_DELETE_ENABLED=true", "OTEL_TRACES_EXPORTER=none"],
    Labels: { "slipway.registry": "private", ...options.labels },
    ExposedPorts: { "5000/tcp": {} },
    HostConfig: {
      PortBindings: {
        "5000/tcp": [{ HostIp: "127.0.0.1", HostPort: options.port ? String(options.port) : "" }],
      },
      Mounts: options.volume
        ? [{ Type: "volume", Source: options.volume, Target: "/var/lib/registry" }]
        : [],
      RestartPolicy: { Name: options.restart ? "unless-stopped" : "no" },
    },
  });
  const remove = async (): Promise<void> => container.remove({ force: true, v: true });
  try {
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const port = Number(NetworkSettings.Ports["5000/tcp"]?.[0]?.HostPort);
    await waitForRegistry(port);
    return { port, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
