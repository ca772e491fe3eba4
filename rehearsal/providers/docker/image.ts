import type { Call, ChangeKind, ResourceType } from "../provider.ts";
import { canonical, type Properties, secret, UNKNOWN } from "../values.ts";
import { buildImage } from "./build.ts";
import { storedCredentials } from "./credentials.ts";
import { checkImage } from "./image-check.ts";
import { type ImageInputs, readImageInputs } from "./image-inputs.ts";
import { pullImage } from "./pull.ts";
import { pushImage } from "./push.ts";
import { pushCredentials } from "./push-credentials.ts";
import { parseReference } from "./reference.ts";
import type { Session } from "./session.ts";

// `docker.Image`: builds an image and pushes it. It never notices that an image is gone, and never removes one.

/** The outputs that only an update knows. */
const OUTPUTS = [
  "baseImageName",
  "registryServer",
  "repoDigest",
  "context",
  "dockerfile",
  "platform",
];

/** Makes the type for one configuration of the provider. */
export function imageType(session: Session): ResourceType {
  return {
    async check({ news }, call) {
      return { inputs: await checkImage(news, session.cwd, call.log) };
    },

    async diff({ state, news }) {
      const olds = (state.__inputs ?? {}) as Properties;
      const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
      const changed = keys.filter(
        (key) => canonical(comparable(key, olds)) !== canonical(comparable(key, news)),
      );
      return {
        changes: Object.fromEntries(changed.map((key): [string, ChangeKind] => [key, "update"])),
      };
    },

    async create({ inputs }, call) {
      return {
        id: call.preview ? "" : String(inputs.imageName),
        state: await make(session, inputs, call),
      };
    },

    async read({ id, state, inputs }) {
      return { id, state: state ?? {}, inputs: inputs ?? {} };
    },

    update: ({ inputs }, call) => make(session, inputs, call),

    async delete() {},
  };
}

/** Credentials come and go; only another server is a change. */
function comparable(key: string, inputs: Properties) {
  if (key !== "registry") return inputs[key];
  return (inputs.registry as Properties | undefined)?.server || undefined;
}

async function make(session: Session, inputs: Properties, call: Call): Promise<Properties> {
  if (!call.preview) return built(session, inputs, call);
  const known = inputs.buildOnPreview === true ? readImageInputs(inputs) : undefined;
  if (known) return built(session, { ...inputs, skipPush: true }, call);
  if (inputs.buildOnPreview === true) {
    call.log.warn(
      "not all of imageName, context, dockerfile and args are known in this preview; it does not build",
    );
  }
  return { ...inputs, ...Object.fromEntries(OUTPUTS.map((name) => [name, UNKNOWN])) };
}

async function built(session: Session, inputs: Properties, call: Call): Promise<Properties> {
  const image = readImageInputs(inputs);
  if (!image) throw new Error("an update was called with unknown inputs");
  const { imageName, registry } = image;
  return session.withoutSecrets([registry.password], async () => {
    const stored = await storedCredentials(session.env, call.log.warn);
    const credentials = pushCredentials(image, stored, call.log.warn);
    const all = credentials ? new Map([...stored, [credentials.key, credentials.value]]) : stored;
    for (const from of image.cacheFrom) {
      await pullImage(session.docker, from, all, image.platform, call).catch((error: Error) => {
        if (call.signal.aborted) throw error;
        call.log.warn(`cacheFrom ${from}: ${error.message}; building without it`);
      });
    }
    const id = await buildImage(session.docker, { ...image, cwd: session.cwd }, all, call);
    const repoDigest = image.skipPush ? id : await pushed(session, image, credentials?.value, call);
    return {
      imageName,
      baseImageName: imageName,
      registryServer: registry.server ?? "",
      repoDigest,
      context: image.context,
      dockerfile: relativeTo(image),
      platform: image.platform,
      __inputs: secret(inputs),
    };
  });
}

/** Pushes and returns `host/repository@sha256:…`. A redirected push is recorded under the name that was asked for. */
async function pushed(
  session: Session,
  { imageName }: ImageInputs,
  credentials: Parameters<typeof pushImage>[2],
  call: Call,
): Promise<string> {
  const destination = await session.redirected(imageName);
  const digest = await pushImage(
    session.docker,
    destination,
    destination === imageName ? credentials : undefined,
    call,
  );
  const { repository } = parseReference(imageName);
  if (digest) return `${repository}@${digest}`;
  const { RepoDigests } = await session.docker.getImage(destination).inspect();
  return RepoDigests[0] ?? "<none>@<none>";
}

/** The real provider records the Dockerfile relative to the context. */
function relativeTo({ context, dockerfile }: ImageInputs): string {
  const prefix = context === "." ? "" : `${context.replace(/\/$/, "")}/`;
  return prefix !== "" && dockerfile.startsWith(prefix)
    ? dockerfile.slice(prefix.length)
    : dockerfile;
}
