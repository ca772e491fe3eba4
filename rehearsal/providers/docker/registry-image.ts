import { bridgedType } from "../bridge/bridged-type.ts";
import { block, flag, map, type Schema, text } from "../bridge/schema.ts";
import type { Call, ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties } from "../values.ts";
import type { Credentials } from "./credentials.ts";
import { pushImage } from "./push.ts";
import { credentialKey, parseReference } from "./reference.ts";
import { deleteManifest, manifestDigest, type RegistryAccess } from "./registry.ts";
import type { Session } from "./session.ts";
import { withoutBuild } from "./unsupported.ts";

// `docker.RegistryImage`: pushes a local image, and deletes it from the registry when it goes.

const schema: Schema = {
  name: text({ replaces: true }),
  authConfig: block({ address: text({ required: true }), username: text(), password: text() }),
  insecureSkipVerify: flag({ default: false }),
  keepRemotely: flag({ default: false }),
  triggers: map({ replaces: true }),
  build: withoutBuild,
  sha256Digest: text({ output: true }),
};

/** Makes the type for one configuration of the provider. */
export function registryImageType(session: Session): ResourceType {
  return bridgedType({
    schema,
    autonamed: true,
    deleteBeforeReplace: "explicit name",
    async create(planned, call) {
      const name = String(planned.name);
      const { access, path, tag } = target(session, planned, true);
      return session.withoutSecrets([access.credentials?.password], async () => {
        const destination = await session.redirected(name);
        await pushImage(session.docker, destination, access.credentials, call);
        const digest = await manifestDigest(access, path, tag, call.signal);
        return { id: digest, state: { ...planned, sha256Digest: digest } };
      });
    },
    async read(_id, state, call) {
      const { access, path, tag } = target(session, state, false);
      const digest = await manifestDigest(access, path, tag, call.signal).catch(() => undefined);
      return digest === undefined ? undefined : { ...state, sha256Digest: digest };
    },
    async delete(_id, state, call) {
      if (state.keepRemotely === true) return;
      await deleteFrom(session, state, call);
    },
  });
}

async function deleteFrom(session: Session, state: Properties, call: Call): Promise<void> {
  const { access, path, tag } = target(session, state, false);
  if (await deleteManifest(access, path, String(state.sha256Digest), call.signal)) return;
  if (await deleteManifest(access, path, tag, call.signal)) return;
  throw new RuleError(
    `${access.host}/${path}:${tag}: the registry refused to delete it; set keepRemotely to leave it there`,
  );
}

function target(
  session: Session,
  properties: Properties,
  needsAuth: boolean,
): { access: RegistryAccess; path: string; tag: string } {
  const { host, path, tag = "latest" } = parseReference(String(properties.name));
  const key = credentialKey(host);
  const own = isProperties(properties.authConfig) ? properties.authConfig : undefined;
  const credentials: Credentials | undefined = own
    ? { username: String(own.username ?? ""), password: String(own.password ?? "") }
    : session.registryAuth.get(key);
  if (needsAuth && !credentials) {
    throw new RuleError(
      `${properties.name}: no authentication for ${host}; give authConfig, or the provider's registryAuth an entry with this address`,
    );
  }
  const plain = own ? String(own.address).startsWith("http://") : session.plainHosts.has(key);
  return {
    access: { host, plain, insecure: properties.insecureSkipVerify === true, credentials },
    path,
    tag,
  };
}
