import { createHash } from "node:crypto";
import { flag, map, text } from "../bridge/schema.ts";
import type { Call, Checked, CheckRequest, ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties } from "../values.ts";
import { contentOf } from "./asset.ts";
import { awsType } from "./aws-type.ts";
import { bucketNamed } from "./bucket.ts";
import { oneOf } from "./forms.ts";
import { versionId } from "./identifiers.ts";
import type { Session } from "./session.ts";

/** `s3.BucketObjectv2`: its content is kept in the cloud's record. */
export function bucketObjectType(session: Session): ResourceType {
  const { cloud } = session;
  const store = async (planned: Properties, old?: Properties): Promise<Properties> => {
    const { bucket, key, region } = planned;
    const { region: home } = bucketNamed(session, String(bucket));
    if (home !== region) {
      throw new RuleError(
        `PermanentRedirect: bucket ${bucket} is in ${home}, not in ${region}; use the provider of its region`,
      );
    }
    const content = await bodyOf(planned, session.cwd);
    const etag = createHash("md5").update(content).digest("hex");
    const version = old?.etag === etag ? old.versionId : versionOf(session, String(bucket));
    const state = {
      ...planned,
      etag,
      versionId: version ?? "",
      arn: `arn:aws:s3:::${bucket}/${key}`,
      serverSideEncryption: planned.serverSideEncryption ?? "AES256",
      contentType: planned.contentType ?? "application/octet-stream",
    };
    const stored: StoredObject = { content: content.toString("base64"), state };
    cloud.put("aws/object", `${bucket}/${key}`, stored);
    return state;
  };
  const type = awsType(session, {
    tagged: true,
    schema,
    async create(planned) {
      return { id: String(planned.key), state: await store(planned) };
    },
    read: async (_id, { bucket, key }) =>
      cloud.get<StoredObject>("aws/object", `${bucket}/${key}`)?.state,
    update: ({ planned, state }) => store(planned, state),
    async delete(_id, { bucket, key }) {
      cloud.delete("aws/object", `${bucket}/${key}`);
    },
  });
  return { ...type, check: (request, call) => checkObject(type, request, call) };
}

/** What a bucket keeps under a key. */
export interface StoredObject {
  /** Base64. */
  readonly content: string;
  readonly state: Properties;
}

const schema = {
  bucket: text({ required: true, replaces: true }),
  key: text({ required: true, replaces: true }),
  content: text(),
  contentBase64: text(),
  source: map(),
  sourceHash: text(),
  contentType: text({ computed: true }),
  contentDisposition: text(),
  contentEncoding: text(),
  contentLanguage: text(),
  cacheControl: text(),
  metadata: map(),
  forceDestroy: flag(),
  bucketKeyEnabled: flag({ computed: true }),
  kmsKeyId: text({ computed: true }),
  serverSideEncryption: text({
    computed: true,
    refuses: oneOf("AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"),
  }),
  storageClass: text({ computed: true }),
  etag: text({ computed: true }),
  versionId: text({ output: true }),
  arn: text({ output: true }),
} as const;

/** An asset is no bag of texts, so it goes past the check of the others; and the key defaults to the name in the program. */
async function checkObject(
  type: ResourceType,
  request: CheckRequest,
  call: Call,
): Promise<Checked> {
  const { source, ...news } = request.news;
  const { inputs, failures = [] } = await type.check(
    { ...request, news: { ...news, key: news.key ?? request.name } },
    call,
  );
  const given = [inputs.content, inputs.contentBase64, source].filter((each) => each !== undefined);
  const reason = "conflicts: give content, contentBase64 or source alone";
  return {
    inputs: { ...inputs, ...(source !== undefined && { source }) },
    failures: [...failures, ...(given.length > 1 ? [{ property: "content", reason }] : [])],
  };
}

async function bodyOf(
  { content, contentBase64, source }: Properties,
  cwd: string,
): Promise<Buffer> {
  if (isProperties(source)) return contentOf(source, cwd);
  if (contentBase64 !== undefined) return Buffer.from(String(contentBase64), "base64");
  return Buffer.from(String(content ?? ""));
}

function versionOf({ cloud }: Session, bucket: string): string | undefined {
  const versioning = cloud.get<{ versioningConfiguration: { status: string } }>(
    "aws/bucket-versioning",
    bucket,
  );
  return versioning?.versioningConfiguration.status === "Enabled" ? versionId() : undefined;
}
