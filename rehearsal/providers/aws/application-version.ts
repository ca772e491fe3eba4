import { flag, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { applicationNamed } from "./application.ts";
import { bucketNamed } from "./bucket.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { like, shorterThan } from "./forms.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

/** How many versions an account may have in a region, by the endpoints and quotas page of Elastic Beanstalk. */
const quota = 1_000;

/** `elasticbeanstalk.ApplicationVersion`: a label for a bundle in S3. */
export function applicationVersionType(session: Session): ResourceType {
  const { account, cloud } = session;
  return recordType(session, {
    kind: "aws/application-version",
    tagged: true,
    autonamed: { property: "name", most: 100 },
    schema: {
      application: text({ required: true, replaces: true }),
      name: text({
        replaces: true,
        refuses: like(/^[^/]{1,100}$/, "a label of 1 to 100 characters without /"),
      }),
      bucket: text({ required: true, replaces: true }),
      key: text({ required: true, replaces: true }),
      description: text({ refuses: shorterThan(200) }),
      forceDelete: flag(),
      process: flag(),
      arn: text({ output: true }),
    },
    place: ({ region, application, name }) => `${account}/${region}/${application}/${name}`,
    refuse({ region, application, bucket, key }, old) {
      applicationNamed(session, String(region), String(application));
      if (old) return;
      refuseBundle(session, String(region), String(bucket), String(key));
      const own = `${account}/${region}/`;
      const kept = cloud.list("aws/application-version").filter(({ id }) => id.startsWith(own));
      if (kept.length >= quota) {
        throw new RuleError(
          `TooManyApplicationVersions: ${region} has ${quota} versions; give the application a life cycle that deletes old ones`,
        );
      }
    },
    taken: ({ name }) =>
      `InvalidParameterValue: Application Version ${name} already exists; choose another label, or leave name out`,
    made({ region, application, name }) {
      cleanUp(session, String(region), String(application), String(name));
      const arn = `arn:aws:elasticbeanstalk:${region}:${account}:applicationversion/${application}/${name}`;
      const created: Created = { at: Date.now() };
      cloud.put(
        "aws/application-version-created",
        `${account}/${region}/${application}/${name}`,
        created,
      );
      return { id: String(name), outputs: { arn } };
    },
    remove({ region, application, name, forceDelete }) {
      const users = environmentsOf(session, String(region), String(application), String(name));
      if (users.length > 1 && forceDelete !== true) {
        throw new RuleError(
          `version ${name} is in use by ${users.join(", ")}; deploy another there first, or set forceDelete`,
        );
      }
      cloud.delete(
        "aws/application-version-created",
        `${account}/${region}/${application}/${name}`,
      );
    },
  });
}

/** When a version was made, in milliseconds since 1970. */
interface Created {
  readonly at: number;
}

/** Refuses a bundle that cannot be fetched from S3, as the service does when a version is made of it. */
function refuseBundle(session: Session, region: string, bucket: string, key: string): void {
  const unable = `InvalidParameterCombination: Unable to download from S3 location (Bucket: ${bucket} Key: ${key})`;
  const { region: home } = bucketNamed(session, bucket);
  if (home !== region) {
    throw new RuleError(
      `${unable}: the bucket is in ${home}; keep the bundle in a bucket in ${region}`,
    );
  }
  if (!session.cloud.get("aws/object", `${bucket}/${key}`)) {
    throw new RuleError(`${unable}: Not Found; store the bundle first`);
  }
}

/** The application's life cycle, which comes to pass whenever a version is made: old ones go, but none that is deployed. */
function cleanUp(session: Session, region: string, application: string, coming: string): void {
  const { account, cloud } = session;
  const { appversionLifecycle } = applicationNamed(session, region, application);
  const { maxCount, maxAgeInDays, deleteSourceFromS3 } = (appversionLifecycle ?? {}) as Properties;
  const oldest = Date.now() - Number(maxAgeInDays ?? Number.POSITIVE_INFINITY) * 86_400_000;
  const versions = cloud
    .list<Properties>("aws/application-version")
    .filter(({ id }) => id.startsWith(`${account}/${region}/${application}/`))
    .map(({ id, value }) => ({
      id,
      value,
      at: cloud.get<Created>("aws/application-version-created", id)?.at ?? 0,
    }))
    .sort((left, right) => right.at - left.at);
  for (const [index, { id, value, at }] of versions.entries()) {
    const isOld = maxCount !== undefined && index + 1 >= Number(maxCount);
    const isAged = at < oldest;
    const name = String(value.name);
    const isUsed = environmentsOf(session, region, application, name).length > 0;
    if ((!isOld && !isAged) || isUsed || name === coming) continue;
    cloud.delete("aws/application-version", id);
    cloud.delete("aws/application-version-created", id);
    if (deleteSourceFromS3 === true) cloud.delete("aws/object", `${value.bucket}/${value.key}`);
  }
}

function environmentsOf(
  { account, cloud }: Session,
  region: string,
  application: string,
  label: string,
): string[] {
  return cloud
    .list<EnvironmentRecord>("aws/environment")
    .filter(
      ({ value }) =>
        value.account === account &&
        value.region === region &&
        value.application === application &&
        value.version === label,
    )
    .map(({ value }) => value.name);
}
