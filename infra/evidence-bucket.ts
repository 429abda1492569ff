import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { acknowledge } from './nag.ts'

/** Under this prefix stand the seals; nothing else is written. */
const SEALS = 'seals/*'

/**
 * The bucket that each closed scan writes its seal to. What is in there can be neither changed nor deleted until its
 * retention has ended, whoever owns the table. It is kept whatever `removalPolicy` says: it is there for the day on which
 * somebody wants the rest gone. Nothing expires by itself: seals are small, and a chain with a gap proves less.
 *
 * It is encrypted with S3's own key, not the stack's: whoever deletes that key would make all seals unreadable, which no
 * lock on objects prevents. They hold hashes and counts, and no evidence.
 */
export const evidenceBucket = (scope: Construct, { retention, evidenceBucket }: ScannerConfig): Bucket => {
  const { mode = 'governance', retentionDays = retention.historyDays } = evidenceBucket ?? {}
  const bucket = new Bucket(scope, 'EvidenceBucket', {
    objectLockEnabled: true,
    objectLockDefaultRetention: ObjectLockRetention[mode](Duration.days(retentionDays)),
    versioned: true,
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'Whoever may read is left to IAM; a log of reads would be a second bucket, and CloudTrail writes one for those who want it.',
  })
  return bucket
}

/**
 * Writing a seal that is not there yet: without `If-None-Match` the request is refused, so that none is put in front of
 * another. There is no right to read, to delete, or to touch a retention.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
export const writeSeals = (bucketArn: string): PolicyStatement =>
  new PolicyStatement({
    sid: 'WriteSealsOnce',
    effect: Effect.ALLOW,
    actions: ['s3:PutObject'],
    resources: [`${bucketArn}/${SEALS}`],
    conditions: { Null: { 's3:if-none-match': 'false' } },
  })
