import type { Provider as Aws } from "@pulumi/aws/provider.js";
import { Provider as Docker } from "@pulumi/docker/provider.js";
import type { Provider as Google } from "@pulumi/gcp/provider.js";
import type { Config } from "./config.ts";

/**
 * The explicit providers of a run, each made once, when it is first asked for; never whatever the shell is logged in to.
 * A cloud's SDK is loaded by asking for its provider.
 */
export class Providers {
  readonly #engineHost: string | undefined;
  #docker: Docker | undefined;
  readonly #googleKey: string | undefined;
  readonly #google = new Map<string, Promise<Google>>();
  readonly #aws = new Map<string, Promise<Aws>>();

  constructor({ engineHost, logins }: Pick<Config, "engineHost" | "logins">) {
    this.#engineHost = engineHost;
    this.#googleKey = logins.googleKey;
  }

  /** Docker, which only building and running here need: ground and an earlier release do without an engine. */
  get docker(): Docker {
    const host = this.#engineHost;
    this.#docker ??= new Docker("docker", host ? { host } : {});
    return this.#docker;
  }

  /** Google, in one project and region. */
  google(project: string, region: string): Promise<Google> {
    return once(this.#google, `${project}-${region}`, async (name) =>
      (await import("./google-provider.ts")).googleProvider(name, project, region, this.#googleKey),
    );
  }

  /** AWS, in one account and region; any other account that the shell may be logged in to is refused. */
  aws(account: string, region: string): Promise<Aws> {
    return once(this.#aws, `${account}-${region}`, async (name) =>
      (await import("./aws-provider.ts")).awsProvider(name, account, region),
    );
  }
}

function once<T>(
  made: Map<string, Promise<T>>,
  key: string,
  make: (name: string) => Promise<T>,
): Promise<T> {
  const found = made.get(key) ?? make(key);
  made.set(key, found);
  return found;
}
