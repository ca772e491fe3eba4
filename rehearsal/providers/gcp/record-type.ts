import type { Update } from "../bridge/bridged-type.ts";
import type { Call, ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { alreadyExists } from "./api-error.ts";
import { endGrants } from "./binding.ts";
import { type GoogleType, googleType } from "./google-type.ts";
import type { GoogleSession } from "./session.ts";

// A type of Google's that does nothing on this machine: the cloud's record of it is all there is.

export interface RecordType
  extends Omit<GoogleType, "create" | "read" | "update" | "delete" | "importable"> {
  /** The kind of the cloud's records, such as `gcp/secret`; their ids are those of the resources. */
  readonly record: string;
  /** Throws what the API would refuse. */
  readonly refuse?: (planned: Properties, call: Call) => void;
  /** The id, from the plan. */
  readonly id: (planned: Properties) => string;
  /** What the cloud fills in when it is made. */
  readonly made?: (planned: Properties, id: string) => Properties;
  /** What the cloud fills in when it is changed. */
  readonly changed?: (update: Update) => Properties;
  /** Replaces the removal of the record. */
  readonly remove?: (id: string, state: Properties) => void;
}

/** Makes such a type. */
export function recordType(session: GoogleSession, type: RecordType): ResourceType {
  const { cloud } = session;
  const { record } = type;
  return googleType(session, {
    ...type,
    async create(planned, call) {
      type.refuse?.(planned, call);
      const id = type.id(planned);
      const state = { ...planned, ...type.made?.(planned, id) };
      // What a configuration only took for granted gives way to what a program makes.
      if (cloud.get<Properties>(record, id)?.assumed) cloud.delete(record, id);
      if (!cloud.create(record, id, state)) throw alreadyExists(id);
      return { id, state };
    },
    read: async (id) => cloud.get<Properties>(record, id),
    async update(update, call) {
      type.refuse?.(update.planned, call);
      const state = { ...update.planned, ...type.changed?.(update) };
      cloud.put(record, update.id, state);
      return state;
    },
    async delete(id, state) {
      if (type.remove) type.remove(id, state);
      else cloud.delete(record, id);
      endGrants(cloud, id);
    },
  });
}
