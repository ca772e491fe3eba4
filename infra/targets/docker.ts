import { Container } from "@pulumi/docker/container.js";
import { Volume } from "@pulumi/docker/volume.js";
import * as pulumi from "@pulumi/pulumi";
import type { DockerConfig } from "../config/docker.ts";
import type { DataConfig } from "../config/schema.ts";
import { volumeName } from "../volume-name.ts";
import { lastWords } from "./last-words.ts";
import type { EnvironmentValue, Target, TargetArgs } from "./target.ts";

/**
 * One hardened container on the Docker engine at hand: the image by digest, its root file system read-only, without
 * capabilities or new privileges, within limits of memory and processes, restarted when it ends.
 */
export class DockerTarget extends pulumi.ComponentResource implements Target {
  readonly url: pulumi.Output<string>;
  readonly revision: pulumi.Output<string>;
  readonly #engineHost: string | undefined;

  constructor(name: string, config: DockerConfig, args: TargetArgs) {
    super("slipway:target:Docker", name, {}, { parent: args.parent });
    this.#engineHost = args.engineHost;
    const { data } = args.service;
    const container = new Container(
      name,
      {
        image: args.image,
        envs: environment({ ...args.env, PORT: { plain: String(config.containerPort) } }),
        ports: [{ internal: config.containerPort, external: config.port, ip: config.bind }],
        readOnly: true,
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        memory: config.memory,
        // Equal to memory: no swap. Left out, the engine would double it and every preview would show the difference.
        memorySwap: config.memory,
        // The provider has no limit of its own for processes; this one binds because the image's user is not root.
        ulimits: [{ name: "nproc", soft: config.processes, hard: config.processes }],
        tmpfs: { "/tmp": "rw,noexec,nosuid,size=64m" },
        restart: "unless-stopped",
        destroyGraceSeconds: 10,
        labels: [
          { label: "slipway.stack", value: pulumi.getStack() },
          { label: "slipway.service", value: name },
        ],
        ...(data && { volumes: [this.#mount(name, data, args)] }),
      },
      {
        parent: this,
        provider: args.providers.docker,
        // A container that was made but could not start stays in state; without this the next `up` would leave it so.
        replaceOnChanges: ["*"],
        deleteBeforeReplace: true,
      },
    );
    this.url = pulumi.interpolate`http://localhost:${config.port}`;
    this.revision = container.id;
    this.registerOutputs({ url: this.url, revision: this.revision });
  }

  explain(revision: string): Promise<string> {
    return lastWords(this.#engineHost, revision);
  }

  /** Kept data outlives the stack: destroying it leaves the volume, and the next one adopts it by its name. */
  #mount(name: string, { path, volume, keep }: DataConfig, { providers }: TargetArgs) {
    const made = new Volume(
      `${name}-data`,
      { name: volume ?? volumeName(name) },
      { parent: this, provider: providers.docker, retainOnDelete: keep },
    );
    return { volumeName: made.name, containerPath: path };
  }
}

/** Sorted, because another order would replace the container. */
function environment(env: Readonly<Record<string, EnvironmentValue>>): pulumi.Output<string>[] {
  return Object.entries(env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => pulumi.interpolate`${key}=${known(value)}`);
}

function known(value: EnvironmentValue): pulumi.Input<string> {
  if ("plain" in value) return value.plain;
  if ("secret" in value) return value.secret;
  throw new Error(`env: the Docker engine cannot read ${value.ref}`);
}
