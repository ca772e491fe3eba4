import type { IncomingMessage } from "node:http";
import type Docker from "dockerode";
import type { Call } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { buildProgress } from "./build-progress.ts";
import { openBuildSession } from "./build-session.ts";
import { type ContextPaths, packContext } from "./context.ts";
import type { CredentialStore } from "./credentials.ts";
import { readRecords } from "./records.ts";
import { credentialKey } from "./reference.ts";

// Builds an image with the engine's own BuildKit, telling each step as it runs.

export interface Build extends ContextPaths {
  readonly imageName: string;
  readonly args: { readonly [name: string]: string };
  readonly target: string | undefined;
  readonly platform: string;
  readonly cacheFrom: readonly string[];
  readonly addHosts: readonly string[];
  readonly network: string | undefined;
  readonly builder: "BuilderBuildKit" | "BuilderV1";
}

/** Builds and tags; returns the image's id in the engine ("sha256:…"). A failing step throws with the last lines of its output. */
export async function buildImage(
  docker: Docker,
  build: Build,
  credentials: CredentialStore,
  call: Call,
): Promise<string> {
  const kit = build.builder === "BuilderBuildKit";
  const session = kit
    ? await openBuildSession(docker, (host) => credentials.get(credentialKey(host)))
    : undefined;
  const { tar, dockerfile } = await packContext(build);
  const query = {
    t: build.imageName,
    dockerfile,
    buildargs: JSON.stringify(build.args),
    platform: build.platform,
    rm: true,
    version: kit ? "2" : "1",
    ...(build.target && { target: build.target }),
    ...(build.network && { networkmode: build.network }),
    ...(build.addHosts.length > 0 && { extrahosts: build.addHosts.join(",") }),
    ...(build.cacheFrom.length > 0 && { cachefrom: JSON.stringify(build.cacheFrom) }),
    ...(session && { session: session.id }),
  };
  const progress = buildProgress(call.log);
  try {
    const stream = await dialBuild(docker, query, tar, registryConfig(credentials), call.signal);
    let id: string | undefined;
    for await (const record of readRecords(stream, call.signal)) {
      if (record.error)
        throw new RuleError(
          `${build.imageName}: error reading build output: ${progress.explain(record.error)}`,
        );
      const aux = record.aux as { ID?: string } | string | undefined;
      if (record.id === "moby.buildkit.trace" && typeof aux === "string") progress.trace(aux);
      else if (typeof aux === "object" && aux.ID) id = aux.ID;
      else if (record.stream) progress.line(record.stream);
    }
    return id ?? (await docker.getImage(build.imageName).inspect()).Id;
  } finally {
    tar.destroy();
    session?.close();
  }
}

function dialBuild(
  docker: Docker,
  query: object,
  tar: object,
  registryconfig: object,
  abortSignal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      path: "/build?",
      method: "POST",
      options: query,
      file: tar,
      registryconfig,
      abortSignal,
      isStream: true,
      statusCodes: { 200: true, 400: "bad request", 500: "server error" },
    };
    docker.modem.dial(options as never, (error: unknown, stream: unknown) =>
      error ? reject(error) : resolve(stream as IncomingMessage),
    );
  });
}

/** Every stored credential, in the form of the `X-Registry-Config` header. */
function registryConfig(credentials: CredentialStore): object {
  return Object.fromEntries(
    [...credentials].map(([server, { username, password }]) => [server, { username, password }]),
  );
}
