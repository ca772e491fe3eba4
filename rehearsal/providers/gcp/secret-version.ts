import { flag, text, whole } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { apiError } from "./api-error.ts";
import { googleType } from "./google-type.ts";
import { SECRET, SECRET_VERSION, type Version } from "./secret-records.ts";
import { byProjectId, type GoogleSession } from "./session.ts";

// `gcp.secretmanager.SecretVersion`: one value of a secret. Its number is never given again, and deleting destroys the value.

const MOST_BYTES = 64 * 1024;

/** Makes the type for one configuration of the provider. */
export function secretVersionType(session: GoogleSession): ResourceType {
  const { cloud } = session;
  return googleType(session, {
    kind: "SecretVersion",
    api: "secretmanager.googleapis.com",
    schema: {
      secret: text({ required: true, replaces: true }),
      secretData: text({ replaces: true }),
      secretDataWo: text(),
      secretDataWoVersion: whole({ replaces: true }),
      isSecretDataBase64: flag({ replaces: true }),
      enabled: flag({ default: true }),
      project: text({ computed: true }),
      name: text({ output: true }),
      version: text({ output: true }),
      createTime: text({ output: true }),
      destroyTime: text({ output: true }),
    },
    deletionPolicies: ["DISABLE"],
    check: (inputs) =>
      (inputs.secretData === undefined) === (inputs.secretDataWo === undefined)
        ? [{ property: "secretData", reason: "expected exactly one of secretData, secretDataWo" }]
        : [],
    create: async (planned) => addVersion(session, planned),
    async read(id) {
      const found = cloud.get<Version>(SECRET_VERSION, id);
      if (!found || found.state === "DESTROYED") return undefined;
      return { ...found.resource, enabled: found.state === "ENABLED" };
    },
    async update({ id, planned }) {
      const found = cloud.get<Version>(SECRET_VERSION, id);
      if (!found || found.state === "DESTROYED") throw apiError(404, `${id}: not found`);
      const resource = { ...planned };
      delete resource.secretDataWo;
      const state = planned.enabled === false ? "DISABLED" : "ENABLED";
      cloud.put(SECRET_VERSION, id, { ...found, resource, state });
      return resource;
    },
    async delete(id, { deletionPolicy }) {
      const found = cloud.get<Version>(SECRET_VERSION, id);
      if (!found) return;
      const { value, ...rest } = found;
      const kept = deletionPolicy === "DISABLE";
      cloud.put(
        SECRET_VERSION,
        id,
        kept ? { ...found, state: "DISABLED" } : { ...rest, resource: {}, state: "DESTROYED" },
      );
    },
  });
}

function addVersion(
  session: GoogleSession,
  planned: Properties,
): { id: string; state: Properties } {
  const { cloud } = session;
  const written = String(planned.secret);
  const project = /^projects\/([^/]+)\/secrets\/[^/]+$/.exec(written)?.[1];
  if (!project) {
    throw new RuleError(`secret: "${written}" is no secret; write projects/P/secrets/S, its id`);
  }
  const secret = byProjectId(written, session.project ?? project);
  if (cloud.get(SECRET, secret) === undefined) throw apiError(404, `Secret [${secret}] not found`);
  const value = payloadOf(planned);
  const { secretDataWo: _writeOnly, ...rest } = planned;
  const made = {
    enabled: planned.enabled ?? true,
    createTime: new Date().toISOString(),
    destroyTime: "",
  };
  for (let number = 1; ; number++) {
    const id = `${secret}/versions/${number}`;
    const resource = { ...rest, ...made, name: id, version: String(number) };
    const state = planned.enabled === false ? "DISABLED" : "ENABLED";
    const version: Version = { state, value, resource };
    if (cloud.create(SECRET_VERSION, id, version)) return { id, state: resource };
  }
}

function payloadOf({ secretData, secretDataWo, isSecretDataBase64 }: Properties): string {
  const written = String(secretData ?? secretDataWo);
  const bytes = Buffer.from(written, isSecretDataBase64 === true ? "base64" : "utf8");
  if (bytes.length > MOST_BYTES) {
    throw apiError(400, `The secret payload has ${bytes.length} bytes, and may have ${MOST_BYTES}`);
  }
  return bytes.toString("utf8");
}
