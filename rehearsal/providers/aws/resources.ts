import type { ResourceType } from "../provider.ts";
import { applicationType } from "./application.ts";
import { applicationVersionType } from "./application-version.ts";
import { bucketType } from "./bucket.ts";
import { bucketEncryptionType } from "./bucket-encryption.ts";
import { bucketLifecycleType } from "./bucket-lifecycle.ts";
import { bucketObjectType } from "./bucket-object.ts";
import { bucketPolicyType } from "./bucket-policy.ts";
import { bucketPublicAccessBlockType } from "./bucket-public-access-block.ts";
import { bucketVersioningType } from "./bucket-versioning.ts";
import { environmentType } from "./environment.ts";
import { instanceProfileType } from "./instance-profile.ts";
import { lifecyclePolicyType } from "./lifecycle-policy.ts";
import { metricAlarmType } from "./metric-alarm.ts";
import { openIdConnectProviderType } from "./open-id-connect-provider.ts";
import { recordSetType } from "./record.ts";
import { repositoryType } from "./repository.ts";
import { roleType } from "./role.ts";
import { rolePolicyType } from "./role-policy.ts";
import { rolePolicyAttachmentType } from "./role-policy-attachment.ts";
import { secretType } from "./secret.ts";
import { secretVersionType } from "./secret-version.ts";
import type { Session } from "./session.ts";

/** The resource types of one configuration of the provider, by their tokens. */
export function resourcesOf(session: Session): { readonly [type: string]: ResourceType } {
  return {
    "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarmType(session),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": lifecyclePolicyType(session),
    "aws:ecr/repository:Repository": repositoryType(session),
    "aws:elasticbeanstalk/application:Application": applicationType(session),
    "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": applicationVersionType(session),
    "aws:elasticbeanstalk/environment:Environment": environmentType(session),
    "aws:iam/instanceProfile:InstanceProfile": instanceProfileType(session),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": openIdConnectProviderType(session),
    "aws:iam/role:Role": roleType(session),
    "aws:iam/rolePolicy:RolePolicy": rolePolicyType(session),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachmentType(session),
    "aws:route53/record:Record": recordSetType(session),
    "aws:s3/bucket:Bucket": bucketType(session),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration":
      bucketLifecycleType(session),
    "aws:s3/bucketObjectv2:BucketObjectv2": bucketObjectType(session),
    "aws:s3/bucketPolicy:BucketPolicy": bucketPolicyType(session),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPublicAccessBlockType(session),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
      bucketEncryptionType(session),
    "aws:s3/bucketVersioning:BucketVersioning": bucketVersioningType(session),
    "aws:secretsmanager/secret:Secret": secretType(session),
    "aws:secretsmanager/secretVersion:SecretVersion": secretVersionType(session),
  };
}
