import { request } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { packContext } from "../rehearsal/providers/docker/context.ts";
import type { CheckoutCopy } from "./checkout-copy.ts";

/** The grace that this project's program gives a container to stop in, in seconds. */
const grace = 10;
const pauseBetweenRequests = 10;
const longestWait = 60_000;

/** What a delivery by hand is made of. */
export interface RawDelivery {
  readonly engine: Docker;
  /** Host and path, without a tag. */
  readonly repository: string;
  readonly copy: CheckoutCopy;
  readonly branch: string;
  readonly createdAt: string;
  /** The container to make: everything but its image. */
  readonly container: Docker.ContainerCreateOptions;
  /** On 127.0.0.1. */
  readonly port: number;
}

/**
 * The shortest way to deliver a commit: build, push, stop and remove the container that runs, make and start another, ask
 * until it answers with the commit. No Pulumi, and no process but this one.
 * @param before the id of the container that is replaced.
 * @returns the id of the new one.
 */
export async function deliverRaw(raw: RawDelivery, before: string | undefined): Promise<string> {
  const { engine, repository, copy, container } = raw;
  const tag = copy.commit;
  await build(raw, `${repository}:${tag}`);
  const digest = await push(engine, repository, tag);
  if (before) {
    const old = engine.getContainer(before);
    await old.stop({ t: grace });
    await old.remove({ force: true, v: true });
  }
  const made = await engine.createContainer({ ...container, Image: `${repository}@${digest}` });
  await made.start();
  await served(raw);
  return made.id;
}

async function build(
  { engine, copy, branch, createdAt }: RawDelivery,
  name: string,
): Promise<void> {
  const cwd = join(copy.folder, "infra");
  const { tar, dockerfile } = await packContext({
    cwd,
    context: "../app",
    dockerfile: "../app/Dockerfile",
  });
  const args = { app_commit: copy.commit, app_branch: branch, app_created: createdAt };
  const stream = await engine.buildImage(Readable.from(tar), {
    t: name,
    dockerfile,
    buildargs: args,
    rm: true,
    version: "2",
  });
  await follow(engine, stream);
}

async function push(engine: Docker, repository: string, tag: string): Promise<string> {
  const stream = await engine
    .getImage(repository)
    .push({ tag, authconfig: { username: "", password: "" } });
  const records = await follow(engine, stream);
  const digest = records.find(({ aux }) => aux?.Digest)?.aux?.Digest;
  if (!digest) throw new Error(`push of ${repository}:${tag}: the engine told no digest`);
  return digest;
}

interface Record {
  readonly error?: string;
  readonly aux?: { readonly Digest?: string };
}

function follow(engine: Docker, stream: NodeJS.ReadableStream): Promise<readonly Record[]> {
  return new Promise((resolve, reject) => {
    engine.modem.followProgress(stream, (error, records: Record[]) => {
      const failed = error ?? records.find((record) => record.error)?.error;
      if (failed) reject(failed instanceof Error ? failed : new Error(failed));
      else resolve(records);
    });
  });
}

async function served({ port, copy }: RawDelivery): Promise<void> {
  const deadline = performance.now() + longestWait;
  while ((await servedCommit(port)) !== copy.commit) {
    if (performance.now() > deadline) {
      throw new Error(`localhost:${port}: did not serve ${copy.commit} within ${longestWait} ms`);
    }
    await pause(pauseBetweenRequests);
  }
}

/** The commit in one answer; undefined while there is none. */
function servedCommit(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = {
      host: "127.0.0.1",
      port,
      agent: false,
      headers: { accept: "application/json" },
    };
    const asked = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => resolve(undefined));
      response.on("end", () => resolve(commitIn(Buffer.concat(chunks).toString("utf8"))));
    });
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}

function commitIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { commit?: string }).commit;
  } catch {
    return undefined;
  }
}
