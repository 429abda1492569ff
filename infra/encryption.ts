import { Aws, type RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'

/** What a use of the key for data takes; spelt out, since a wildcard would also grant what is added later. */
export const USE_OF_KEY = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
]

/** What whoever runs the account may do with the key, as far as IAM allows it to them. */
const CARE_OF_KEY = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:CreateGrant',
  'kms:DeleteAlias',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
]

/**
 * The one key of the scanner, for table, topics and logs. Its policy leaves people and functions of the account to IAM,
 * and admits the services that use it in their own name: an alarm is published by CloudWatch, and logs are written by
 * CloudWatch Logs, neither of which has a role of ours.
 * @param logGroups names, or patterns of names, of the logs that it encrypts
 */
export const encryptionKey = (
  scope: Construct,
  name: string,
  removalPolicy: RemovalPolicy,
  logGroups: string[],
): Key => {
  const logs = logGroups.map((group) =>
    Stack.of(scope).formatArn({ service: 'logs', resource: `log-group:${group}` }),
  )
  const here = { 'aws:SourceAccount': Aws.ACCOUNT_ID }
  const key = new Key(scope, 'Key', {
    description: `${name}: findings, their history, messages and logs`,
    enableKeyRotation: true,
    removalPolicy,
    policy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'AccountByIam',
          principals: [new AccountRootPrincipal()],
          actions: [...USE_OF_KEY, ...CARE_OF_KEY].sort(),
          resources: ['*'],
        }),
        new PolicyStatement({
          sid: 'AlarmsByCloudWatch',
          principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: ['*'],
          conditions: { StringEquals: here },
        }),
        new PolicyStatement({
          sid: 'DeliveryBySns',
          principals: [new ServicePrincipal('sns.amazonaws.com')],
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: ['*'],
          conditions: { StringEquals: here },
        }),
        new PolicyStatement({
          sid: 'LogsByCloudWatchLogs',
          principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
          actions: USE_OF_KEY,
          resources: ['*'],
          conditions: {
            ArnLike: {
              'kms:EncryptionContext:aws:logs:arn': logs.length === 1 ? logs[0] : logs,
            },
          },
        }),
      ],
    }),
  })
  key.addAlias(`alias/${name}`)
  return key
}
