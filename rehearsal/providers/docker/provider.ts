import type { Configured, Provider, ResourceType } from "../provider.ts";
import { type Properties, type Value, withoutSecrets } from "../values.ts";
import { containerType } from "./container.ts";
import { asRule, connectEngine } from "./engine.ts";
import { getRegistryImage } from "./get-registry-image.ts";
import { getRemoteImage } from "./get-remote-image.ts";
import { imageType } from "./image.ts";
import { networkType } from "./network.ts";
import { plainHosts, readRegistryAuth } from "./registry-auth.ts";
import { registryImageType } from "./registry-image.ts";
import { remoteImageType } from "./remote-image.ts";
import { dockerSession } from "./session.ts";
import { tagType } from "./tag.ts";
import { volumeType } from "./volume.ts";

// The docker stand-in: `@pulumi/docker` 5.2.0 without its plugin, on the real engine.

export interface DockerProviderOptions {
  /** The folder of the program, where its relative paths start: Pulumi runs providers in the folder of `main`. */
  readonly cwd: string;
  /** Where `DOCKER_HOST`, `DOCKER_CONFIG` and the like are read from; the default is this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Maps an image's name to the one that is pushed and pulled in its place; outputs keep the name that was asked for. */
  readonly redirect?: (imageName: string) => string;
  /** Why the registry of an image's name would not take a push; undefined where it would. */
  readonly refusesPush?: (imageName: string) => string | undefined;
}

/** Makes the stand-in; each configuration of it connects to the engine that the real provider would use. */
export function createDockerProvider({
  cwd,
  env = process.env,
  redirect = (name) => name,
  refusesPush = () => undefined,
}: DockerProviderOptions): Provider {
  return {
    version: "5.2.0",

    async configure(config) {
      const settings = readConfig(config);
      const docker = await connectEngine(
        settings.host === undefined ? undefined : String(settings.host),
        env,
      );
      const registryAuth = await readRegistryAuth(settings.registryAuth, env, cwd);
      const session = dockerSession(
        { docker, cwd, env, registryAuth, plainHosts: plainHosts(settings.registryAuth) },
        redirect,
        refusesPush,
      );
      const resources = {
        "docker:index/image:Image": imageType(session),
        "docker:index/container:Container": containerType(session),
        "docker:index/remoteImage:RemoteImage": remoteImageType(session),
        "docker:index/registryImage:RegistryImage": registryImageType(session),
        "docker:index/tag:Tag": tagType(session),
        "docker:index/volume:Volume": volumeType(session),
        "docker:index/network:Network": networkType(session),
      };
      const functions = {
        "docker:index/getRegistryImage:getRegistryImage": getRegistryImage(session),
        "docker:index/getRemoteImage:getRemoteImage": getRemoteImage(session),
      };
      return withEngineErrors({ resources, functions });
    },
  };
}

/** Values that are not text travel as JSON text, and may be secret inside of it. */
function readConfig(config: Properties): Properties {
  const read = (value: Value): Value => {
    if (typeof value !== "string" || !/^[[{]|^(?:true|false)$/.test(value)) return value;
    try {
      return withoutSecrets(JSON.parse(value));
    } catch {
      return value;
    }
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, read(value)]));
}

/** What the engine refuses is the user's to know, not a bug of the stand-in. */
function withEngineErrors({ resources, functions }: Configured): Configured {
  const wrapped = <T extends object>(calls: T): T =>
    Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        (...args: unknown[]) => asRule(Promise.resolve(call(...args))),
      ]),
    ) as T;
  return {
    resources: Object.fromEntries(
      Object.entries(resources).map(([name, type]) => [name, wrapped<ResourceType>(type)]),
    ),
    functions: wrapped(functions),
  };
}
