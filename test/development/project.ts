import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { freePort } from "../../rehearsal/free-port.ts";
import { withLock } from "../../setup/lock.mjs";
import { type Checkout, copyCheckout } from "../rehearsal/checkout.ts";
import { docker } from "../rehearsal/engine.ts";
import { until } from "../rehearsal/until.ts";

/** Runs Compose with arguments in a folder; resolves to what it said, and rejects with it if it failed. */
export type RunCompose = (
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
) => Promise<string>;

/** A copy of the checkout in which somebody develops, with a name and ports of its own. */
export interface Project {
  readonly checkout: Checkout;
  /** Where the app answers, and where the debugged one does. */
  readonly url: string;
  readonly debuggedUrl: string;
  /** Where the debugger listens on 127.0.0.1. */
  readonly debuggerPort: number;
  compose(...args: string[]): Promise<string>;
  container(service: string): Promise<Docker.Container>;
  /** What a service has printed so far. */
  logs(service: string): Promise<string>;
  /** Runs a command in a service's container as root and returns what it printed. */
  execute(service: string, ...command: string[]): Promise<string>;
  /** Takes away everything that was made: containers, networks, volumes, images and the folder. */
  remove(): Promise<void>;
}

/** What can be developed: the folder with its compose file, and the variables of its ports there. */
interface Developed {
  readonly folder: string;
  /** Of the app, of the debugger, and of the app that is debugged. */
  readonly ports: readonly [string, string, string];
}

const app: Developed = { folder: ".", ports: ["DEV_PORT", "DEBUG_PORT", "DEBUG_APP_PORT"] };

export const todo: Developed = {
  folder: "examples/todo",
  ports: ["TODO_PORT", "TODO_DEBUG_PORT", "TODO_DEBUG_APP_PORT"],
};

/** Copies the checkout for development of the app, or of something else, with this Compose. */
export async function openProject(run: RunCompose, developed: Developed = app): Promise<Project> {
  const name = `slipway-test-dev-${randomBytes(4).toString("hex")}`;
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const checkout = copyCheckout();
  const cwd = join(checkout.folder, developed.folder);
  const env = {
    COMPOSE_PROJECT_NAME: name,
    ...Object.fromEntries(developed.ports.map((port, index) => [port, String(ports[index])])),
  };
  const images = new Set<string>();
  const own = { all: true, filters: { label: [`com.docker.compose.project=${name}`] } };
  const container: Project["container"] = async (service) => {
    const label = [...own.filters.label, `com.docker.compose.service=${service}`];
    const [found] = await docker.listContainers({ all: true, filters: { label } });
    if (found === undefined) throw new Error(`${service}: has no container`);
    return docker.getContainer(found.Id);
  };
  return {
    checkout,
    url: `http://127.0.0.1:${ports[0]}`,
    debuggerPort: ports[1],
    debuggedUrl: `http://127.0.0.1:${ports[2]}`,
    container,
    async compose(...args) {
      const said = await oneAtATime(() => run(args, { cwd, env }));
      // One that is built again loses its name to the next.
      for (const { ImageID } of await docker.listContainers(own)) images.add(ImageID);
      return said;
    },
    async logs(service) {
      const printed = await (await container(service)).logs({ stdout: true, stderr: true });
      return printed.toString();
    },
    async execute(service, ...command) {
      const execution = await (await container(service)).exec({
        Cmd: command,
        AttachStdout: true,
        AttachStderr: true,
        Tty: true,
      });
      let printed = "";
      for await (const chunk of await execution.start({ Tty: true })) printed += chunk;
      return printed.replaceAll("\r\n", "\n");
    },
    async remove() {
      for (const { Id } of await docker.listContainers(own)) {
        await docker.getContainer(Id).remove({ force: true, v: true });
      }
      for (const { Id } of await docker.listNetworks(own)) await docker.getNetwork(Id).remove();
      const { Volumes } = await docker.listVolumes({ filters: own.filters });
      for (const { Name } of Volumes) await docker.getVolume(Name).remove();
      await oneAtATime(() => removeImages(name, images));
      checkout.remove();
    },
  };
}

/** Removes images by their names, then those that have lost theirs; a layer of somebody else's image stays. */
async function removeImages(name: string, nameless: Iterable<string>): Promise<void> {
  const names = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
  const own = names.filter((each) => each.startsWith(name));
  for (const image of [...own, ...nameless]) {
    await docker
      .getImage(image)
      .remove({ force: true })
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
      });
  }
}

/**
 * The engine's old builder may lose a layer that it is about to build on to somebody who removes an image of the same layers,
 * and builds the same layers twice for two who ask at the same time.
 */
function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  return withLock(join(tmpdir(), "slipway-test-development.lock"), work);
}

/** The text behind a URL once it is what is wanted; a server that is starting refuses or drops connections. */
export function served(
  url: string,
  wanted: (text: string) => boolean,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  return until(`what is wanted of ${url}`, async () => {
    const answer = await fetch(url, { headers }).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    return text !== undefined && wanted(text) && text;
  });
}
