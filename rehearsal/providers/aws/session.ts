import type Docker from "dockerode";
import type { Cloud } from "../../cloud/cloud.ts";
import { connectEngine } from "../docker/engine.ts";

// What all of the aws stand-in's resources share: the account, the region, and what the clouds of the rehearsal remember.

/** One configured aws provider. */
export interface Session {
  readonly cloud: Cloud;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** Host and port of this machine's registry, which keeps the images of every other. */
  readonly registry: string;
  /** Where relative paths of assets start. */
  readonly cwd: string;
  /** How long a platform waits for a health path, in seconds. */
  readonly patience: number;
  /** The tags that every resource gets that can have some. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Whether the provider is to leave a tag of this name alone. */
  ignoresTag(name: string): boolean;
  /** The engine on which environments run; connected when it is first asked for. */
  docker(): Promise<Docker>;
}

/** Makes the session of one configuration. */
export function awsSession(parts: Omit<Session, "docker">, env: NodeJS.ProcessEnv): Session {
  let connected: Promise<Docker> | undefined;
  return {
    ...parts,
    docker() {
      connected ??= connectEngine(undefined, env);
      return connected;
    },
  };
}
