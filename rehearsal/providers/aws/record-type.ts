import type { Call, ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { type AwsType, awsType } from "./aws-type.ts";
import type { Session } from "./session.ts";

// A type whose resources are nothing but records of the cloud: what other resources look up.

/** What makes one such type. */
export interface RecordType extends Omit<AwsType, "create" | "read" | "update" | "delete"> {
  /** The kind of its records, such as `aws/role`. */
  readonly kind: string;
  /** The id of its record among those of the kind. */
  place(properties: Properties): string;
  /** Refuses what the cloud would refuse, before a creation or, with the state before, an update. */
  refuse?(planned: Properties, old: Properties | undefined, call: Call): void | Promise<void>;
  /** What the cloud says when there is one already; without it, the new one takes its place. */
  taken?(planned: Properties): string;
  /** The resource's id, and what the cloud fills in. */
  made(planned: Properties): { id: string; outputs?: Properties };
  /** What an update changes beside the inputs. */
  updated?(planned: Properties): Properties;
  /** Refuses a deletion, or takes along what belongs to the resource. */
  remove?(state: Properties, call: Call): void | Promise<void>;
}

/** Gives such a type its whole life. */
export function recordType(session: Session, type: RecordType): ResourceType {
  const { kind, place, refuse, taken, made, updated, remove, ...rest } = type;
  const { cloud } = session;
  return awsType(session, {
    ...rest,
    async create(planned, call) {
      await refuse?.(planned, undefined, call);
      const { id, outputs } = made(planned);
      const state = { ...planned, ...outputs };
      if (!taken) cloud.put(kind, place(state), state);
      else if (!cloud.create(kind, place(state), state)) throw new RuleError(taken(planned));
      return { id, state };
    },
    async read(_id, state) {
      return cloud.get<Properties>(kind, place(state));
    },
    async update({ state, planned }, call) {
      await refuse?.(planned, state, call);
      const now = { ...planned, ...updated?.(planned) };
      cloud.put(kind, place(now), now);
      return now;
    },
    async delete(_id, state, call) {
      await remove?.(state, call);
      cloud.delete(kind, place(state));
    },
  });
}
