import { RunError } from "@pulumi/pulumi/errors.js";
import { type Connections, keepConnections } from "../../infra/outside.ts";
import { RegistrySession } from "../../infra/registries/registry-session.ts";
import type { RegistrySettings } from "../settings.ts";
import { type ImagePush, type Log, StepFailed, type Task } from "../work/steps.ts";
import { KnownBlobs } from "./known-blobs.ts";
import { type LocalImage, readImage } from "./oci-image.ts";
import { type Patience, type Persist, persistence, usualPatience } from "./persist.ts";
import { placeOf } from "./reference.ts";
import { Refusal, Stalled } from "./refusal.ts";
import { Repository } from "./repository.ts";
import { sendBlobs } from "./send-blobs.ts";
import { tagOnce } from "./tag-once.ts";

/** How many repositories' logins are kept. */
const mostSessions = 100;

/**
 * Opens what pushes images of this machine to the builder's registry.
 * @param findImage the OCI layout's folder that holds an image, by its digest.
 */
export function openImagePush(
  registry: RegistrySettings,
  findImage: (digest: string) => string | undefined | Promise<string | undefined>,
  patience: Patience = usualPatience,
): ImagePush {
  const known = new KnownBlobs();
  const sessionOf = openSessions(registry);
  return {
    async push(task, digest, log, signal) {
      signal.throwIfAborted();
      const { path, tag } = placeIn(registry, task);
      const folder = await findImage(digest);
      if (folder === undefined) throw new StepFailed("push: the image is gone; build it again");
      const repository = new Repository(sessionOf(path), path, signal);
      log("step", `pushing to ${task.reference}`);
      try {
        const image = await readImage(folder, digest);
        const persist = persistence(signal, patience);
        const tagged = async () => {
          await task.confirm?.();
          return tagOnce(image, repository, tag, persist);
        };
        return await pushImage(image, repository, tagged, known, log, persist);
      } catch (error) {
        signal.throwIfAborted();
        throw inWords(error, registry);
      }
    },
  };
}

/** A session for each repository, as long as it is among those used last: tokens are had once. */
function openSessions(registry: RegistrySettings): (path: string) => RegistrySession {
  const sessions = new Map<string, RegistrySession>();
  const connections = keepConnections();
  return (path) => {
    const session = sessions.get(path) ?? openSession(registry, connections);
    sessions.delete(path);
    sessions.set(path, session);
    const [oldest] = sessions.keys();
    if (sessions.size > mostSessions && oldest !== undefined) sessions.delete(oldest);
    return session;
  };
}

async function pushImage(
  image: LocalImage,
  repository: Repository,
  tagged: () => Promise<string>,
  known: KnownBlobs,
  log: Log,
  persist: Persist,
): Promise<string> {
  const trusted = await sendBlobs(image, repository, known, log, persist);
  try {
    return await tagged();
  } catch (error) {
    if (!(error instanceof Refusal) || !/BLOB_UNKNOWN/.test(error.code) || !trusted) throw error;
    // The registry was cleaned up since: it refused the manifest, so that it may be put again.
    log("step", "the registry has lost layers that it had; pushing them again");
    known.forget(
      repository.path,
      image.blobs.map(({ digest }) => digest),
    );
    await sendBlobs(image, repository, known, log, persist);
    return tagged();
  }
}

function openSession(
  { origin, login }: RegistrySettings,
  connections: Connections,
): RegistrySession {
  const advice = "retry the build later";
  return new RegistrySession(origin, advice, { connections, ...(login && { login }) });
}

function placeIn(registry: RegistrySettings, { reference }: Task) {
  const place = placeOf(registry, reference);
  if (place !== undefined) return place;
  throw new StepFailed(
    `push: ${reference} was ordered when this builder pushed elsewhere; it now pushes to ${registry.prefix}: order it anew`,
  );
}

/** What went wrong, for the client; a fault of ours stays what it is. */
function inWords(error: unknown, { origin }: RegistrySettings): unknown {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof Refusal || error instanceof Stalled) {
    return new StepFailed(`push: registry ${origin}: ${message}`);
  }
  if (error instanceof RunError) return new StepFailed(`push: ${message}`);
  return code === "ENOENT" ? new StepFailed("push: the image is gone; build it again") : error;
}
