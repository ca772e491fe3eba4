import type Docker from "dockerode";
import { engineEndpoint } from "../../setup/engine-endpoint.ts";
import { openEngine } from "../../setup/open-engine.ts";
import { until } from "./until.ts";

const found = await engineEndpoint();
if (found === undefined) throw new Error("no Docker engine answers; start one");

/** The Docker engine of this machine, as in `DOCKER_HOST`. */
export const engineHost = found.host;

/** A client for it. */
export const docker = await openEngine(engineHost);

/** The containers, also those that have ended, that were made of an image whose name begins so. */
export async function containersOf(imagePrefix: string): Promise<Docker.ContainerInspectInfo[]> {
  const listed = await docker.listContainers({
    all: true,
    filters: { label: ["slipway.service"] },
  });
  const inspected = await Promise.all(listed.map(({ Id }) => inspect(Id)));
  return inspected.flatMap((each) => (each?.Config.Image.startsWith(imagePrefix) ? [each] : []));
}

/** Pulls an image, runs it as it is, and returns the URL at which it answers. */
export async function runByHand(image: string): Promise<string> {
  await finished(await docker.pull(image));
  const container = await docker.createContainer({
    Image: image,
    Labels: { "slipway.service": "by hand" },
    HostConfig: { PortBindings: { "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] } },
  });
  await container.start();
  const { NetworkSettings } = await container.inspect();
  const url = `http://127.0.0.1:${NetworkSettings.Ports["8000/tcp"]?.[0]?.HostPort}`;
  await until(`an answer of ${url}`, async () => (await fetch(url).catch(() => undefined))?.ok);
  return url;
}

/** Runs a container until it ends, removes it, and returns its exit code and what it printed. */
export async function runToEnd(
  options: Docker.ContainerCreateOptions,
): Promise<{ code: number; output: string }> {
  const container = await docker.createContainer({ Tty: true, ...options });
  try {
    await container.start();
    const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
    return { code, output: (await container.logs({ stdout: true, stderr: true })).toString() };
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** Removes those containers and the images of that name, also under the names of the outside that they were built by. */
export async function clearEngine(imagePrefix: string): Promise<void> {
  for (const { Id } of await containersOf(imagePrefix)) {
    await ignoring(404, docker.getContainer(Id).remove({ force: true, v: true }));
  }
  for (const { RepoTags, RepoDigests } of await docker.listImages()) {
    const names = [...(RepoTags ?? []), ...(RepoDigests ?? [])];
    const own = names.filter((each) => each.startsWith(imagePrefix));
    const tags = new Set(own.map((each) => each.slice(each.lastIndexOf(":"))));
    for (const name of names.filter((each) => tags.has(each.slice(each.lastIndexOf(":"))))) {
      await ignoring(404, docker.getImage(name).remove({ force: true }));
    }
  }
}

function finished(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}

/** Undefined for one that has been removed in the meantime. */
function inspect(id: string): Promise<Docker.ContainerInspectInfo | undefined> {
  return ignoring(404, docker.getContainer(id).inspect());
}

async function ignoring<T>(status: number, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === status) return undefined;
    throw error;
  }
}
