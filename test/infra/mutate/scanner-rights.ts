import type { Guarantee } from './guarantee.ts'
import { exactly, noOtherPolicies, type Right } from './rights.ts'

const HERE = 'eu-central-1:999988887777'
const OWN = { 'StringEquals aws:SourceAccount': ['<AWS::AccountId>'] }
const OVER_TLS = { 'Bool aws:SecureTransport': ['false'] }

const USE_OF_KEY = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']
  .concat('ReEncryptFrom', 'ReEncryptTo')
  .map((name) => `kms:${name}`)
const CARE_OF_KEY = ['CancelKeyDeletion', 'CreateAlias', 'CreateGrant', 'DeleteAlias', 'DisableKey']
  .concat('DisableKeyRotation', 'EnableKey', 'EnableKeyRotation', 'UpdateAlias')
  .concat('GetKeyPolicy', 'GetKeyRotationStatus', 'ListGrants', 'ListResourceTags', 'PutKeyPolicy')
  .concat('RevokeGrant', 'ScheduleKeyDeletion', 'TagResource', 'UntagResource', 'UpdateKeyDescription')
  .map((name) => `kms:${name}`)
const MESSAGES = ['kms:Decrypt', 'kms:GenerateDataKey']

const KEY: Right[] = [
  {
    why: 'who of the account may use the key is left to IAM; without it nobody could, not even to mend the policy',
    actions: [...USE_OF_KEY, ...CARE_OF_KEY],
    on: ['*'],
    principals: ['arn:<AWS::Partition>:iam::999988887777:root'],
  },
  {
    why: 'CloudWatch publishes alarms to the encrypted topic in its own name; without it alarms are silently lost',
    actions: MESSAGES,
    on: ['*'],
    principals: ['cloudwatch.amazonaws.com'],
    when: OWN,
  },
  {
    why: 'SNS reads what it delivers',
    actions: MESSAGES,
    on: ['*'],
    principals: ['sns.amazonaws.com'],
    when: OWN,
  },
  {
    why: 'CloudWatch Logs encrypts the logs of the functions and of the API, and no others',
    actions: USE_OF_KEY,
    on: ['*'],
    principals: ['logs.<AWS::Region>.amazonaws.com'],
    when: {
      'ArnLike kms:EncryptionContext:aws:logs:arn': [
        `arn:<AWS::Partition>:logs:${HERE}:log-group:/aws/lambda/fleet-scanner-*`,
        `arn:<AWS::Partition>:logs:${HERE}:log-group:/aws/vendedlogs/fleet-scanner-api`,
      ],
    },
  },
]

const tlsOnly = (topic: string): Right => ({
  why: 'nothing is published without TLS',
  effect: 'Deny',
  actions: ['sns:Publish'],
  on: [`<${topic}>`],
  principals: ['*'],
  when: OVER_TLS,
})

const by = (service: string): Right[] => [
  {
    why: `${service} runs as this role`,
    actions: ['sts:AssumeRole'],
    principals: [`${service}.amazonaws.com`],
  },
]

const log = (fn: string): Right => ({
  why: 'writes its own log, and no other',
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  on: [`arn:<AWS::Partition>:logs:${HERE}:log-group:/aws/lambda/fleet-scanner-${fn}:*`],
})

const table = (...also: string[]): Right[] => [
  {
    why: 'reads and writes items; changes nothing about the table, and scans it never',
    actions: ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem', ...also].map(
      (name) => `dynamodb:${name}`,
    ),
    on: ['<Table.Arn>', '<Table.Arn>/index/list', '<Table.Arn>/index/instance'],
  },
  {
    why: 'a waiver is granted by a person: a function that could write one could hide a failure',
    effect: 'Deny',
    actions: ['DeleteItem', 'PutItem', 'UpdateItem'].map((name) => `dynamodb:${name}`),
    on: ['<Table.Arn>'],
    when: { 'ForAnyValue:StringEquals dynamodb:LeadingKeys': ['WAIVER'] },
  },
  {
    why: 'what Security Hub was told is written by whoever pushes: a function could have a failure not sent',
    effect: 'Deny',
    actions: ['DeleteItem', 'PutItem', 'UpdateItem'].map((name) => `dynamodb:${name}`),
    on: ['<Table.Arn>'],
    when: { 'ForAnyValue:StringLike dynamodb:LeadingKeys': ['PUSH#*'] },
  },
  {
    why: 'the key of the table, by way of DynamoDB alone',
    actions: USE_OF_KEY,
    on: ['<Key.Arn>'],
    when: { 'StringEquals kms:ViaService': ['dynamodb.<AWS::Region>.amazonaws.com'] },
  },
]

const members = (kind: 'sender' | 'reader'): Right[] => [
  {
    why: `takes the ${kind} of each account that is named, and not the other role`,
    actions: ['sts:AssumeRole'],
    on: ['111122223333', '999988887777'].map(
      (account) => `arn:aws:iam::${account}:role/fleet-scanner-member-${kind}`,
    ),
  },
  {
    why: `takes the ${kind} of accounts of a unit, which are known when a scan begins: in the organization alone`,
    actions: ['sts:AssumeRole'],
    on: [`arn:aws:iam::*:role/security/node-scanner-${kind}`],
    when: { 'StringEquals aws:ResourceOrgID': ['o-a1b2c3d4e5'] },
  },
]

const lambda = (name: string) => `arn:<AWS::Partition>:lambda:${HERE}:function:fleet-scanner-${name}`

const RUN_SCAN: Right[] = [
  log('run-scan'),
  // Only a scan gives its lock back, and forgets what has settled.
  ...table('DeleteItem'),
  {
    why: 'publishes digests, to the topic of the stack and those of the routes',
    actions: ['sns:Publish'],
    on: ['<DigestTopic>', '<AmazonQTopicchat>', 'arn:aws:sns:eu-central-1:999988887777:security-findings'],
  },
  {
    why: 'the key of the topics, by way of SNS alone',
    actions: MESSAGES,
    on: ['<Key.Arn>'],
    when: { 'StringEquals kms:ViaService': ['sns.<AWS::Region>.amazonaws.com'] },
  },
  {
    why: 'has answers judged, and in a large fleet starts itself for each target',
    actions: ['lambda:InvokeFunction'],
    on: [`${lambda('parse-results')}:live`, `${lambda('run-scan')}:*`],
  },
  {
    why: 'a durable function keeps its steps, and its own alone',
    actions: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
    on: [`${lambda('run-scan')}:*`],
  },
  ...members('sender'),
  {
    why: 'finds the accounts of the organizational units that are configured',
    actions: ['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'],
    on: ['ou', 'root'].map((kind) => `arn:<AWS::Partition>:organizations::*:${kind}/o-a1b2c3d4e5/*`),
  },
  {
    why: 'writes a seal, in front of none that is there; reads, deletes and unlocks nothing',
    actions: ['s3:PutObject'],
    on: ['<EvidenceBucket.Arn>/seals/*'],
    when: { 'Null s3:if-none-match': ['false'] },
  },
]

const SCHEDULE_TRUST: Right[] = [
  {
    why: 'the schedules of this account alone',
    actions: ['sts:AssumeRole'],
    principals: ['scheduler.amazonaws.com'],
    when: {
      ...OWN,
      'ArnEquals aws:SourceArn': [`arn:<AWS::Partition>:scheduler:${HERE}:schedule-group/default`],
    },
  },
]

const SCHEDULE: Right[] = [
  {
    why: 'starts a scan, by the alias: an execution goes on with the code that it began with',
    actions: ['lambda:InvokeFunction'],
    on: ['<RunScanFunctionAliaslive>'],
  },
  {
    why: 'keeps a start that could not be delivered, which raises an alarm',
    actions: ['sqs:SendMessage'],
    on: ['<ScheduleDeadLetters.Arn>'],
  },
]

const SLACK: Right[] = [
  log('post-to-slack'),
  {
    why: 'reads the webhook of the one Slack channel, and no other secret',
    actions: ['secretsmanager:GetSecretValue'],
    on: [`arn:<AWS::Partition>:secretsmanager:${HERE}:secret:fleet-scanner/slack-??????`],
  },
  {
    why: 'keeps a digest that could not be posted, which raises an alarm',
    actions: ['sqs:SendMessage'],
    on: ['<SlackDeadLetters.Arn>'],
  },
]

const QUERIES: Right[] = [
  log('query-findings'),
  {
    why: 'reads items; writes nothing, and takes no role',
    actions: ['BatchGetItem', 'GetItem', 'Query'].map((name) => `dynamodb:${name}`),
    on: ['<Table.Arn>', '<Table.Arn>/index/list', '<Table.Arn>/index/instance'],
  },
  {
    why: 'the key of the table, to read alone, by way of DynamoDB alone',
    actions: ['kms:Decrypt'],
    on: ['<Key.Arn>'],
    when: { 'StringEquals kms:ViaService': ['dynamodb.<AWS::Region>.amazonaws.com'] },
  },
]

const BUCKET: Right[] = [
  {
    why: 'nothing is sent or read without TLS',
    effect: 'Deny',
    actions: ['s3:*'],
    on: ['<EvidenceBucket.Arn>', '<EvidenceBucket.Arn>/*'],
    principals: ['*'],
    when: OVER_TLS,
  },
]

const lettersOverTls = (queue: string): Right => ({
  why: 'nothing is sent or read without TLS',
  effect: 'Deny',
  actions: ['sqs:*'],
  on: [`<${queue}.Arn>`],
  principals: ['*'],
  when: OVER_TLS,
})

const POLICIES: [of: string, kind: 'trust' | 'rights' | 'resource', rights: Right[]][] = [
  ['Key', 'resource', KEY],
  ['DigestTopic', 'resource', [tlsOnly('DigestTopic')]],
  [
    'AlarmTopic',
    'resource',
    [
      tlsOnly('AlarmTopic'),
      {
        why: 'alarms of this account are published by CloudWatch',
        actions: ['sns:Publish'],
        on: ['<AlarmTopic>'],
        principals: ['cloudwatch.amazonaws.com'],
        when: OWN,
      },
    ],
  ],
  ['ScheduleDeadLetters', 'resource', [lettersOverTls('ScheduleDeadLetters')]],
  ['SlackDeadLetters', 'resource', [lettersOverTls('SlackDeadLetters')]],
  ['AmazonQTopicchat', 'resource', [tlsOnly('AmazonQTopicchat')]],
  ['EvidenceBucketPolicy', 'resource', BUCKET],
  ['fleet-scanner-run-scan', 'trust', by('lambda')],
  ['fleet-scanner-run-scan', 'rights', RUN_SCAN],
  ['fleet-scanner-parse-results', 'trust', by('lambda')],
  ['fleet-scanner-parse-results', 'rights', [log('parse-results'), ...table(), ...members('reader')]],
  ['fleet-scanner-post-to-slack', 'trust', by('lambda')],
  ['fleet-scanner-post-to-slack', 'rights', SLACK],
  ['fleet-scanner-query-findings', 'trust', by('lambda')],
  ['fleet-scanner-query-findings', 'rights', QUERIES],
  ['fleet-scanner-amazon-q', 'trust', by('chatbot')],
  ['fleet-scanner-schedule', 'trust', SCHEDULE_TRUST],
  ['fleet-scanner-schedule', 'rights', SCHEDULE],
]

export const SCANNER_RIGHTS: Guarantee[] = [
  ...POLICIES.map(([of, kind, rights]) => exactly(of, kind, rights)),
  noOtherPolicies(POLICIES.map(([of, kind]) => ({ of, kind }))),
]
