import { type Schema, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { bucketNamed } from "./bucket.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

/** One of the types that set something of a bucket, which has it once: it takes the bucket's name as its id. */
export function bucketSetting(
  session: Session,
  kind: string,
  schema: Schema,
  refuse?: (planned: Properties) => void,
): ResourceType {
  return recordType(session, {
    kind,
    schema: { bucket: text({ required: true, replaces: true }), ...schema },
    place: ({ bucket }) => String(bucket),
    refuse(planned) {
      bucketNamed(session, String(planned.bucket));
      refuse?.(planned);
    },
    made: ({ bucket }) => ({ id: String(bucket) }),
  });
}
