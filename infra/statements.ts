import { Aws, Stack } from 'aws-cdk-lib'
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { partitionOf } from '../shared/config/role-arn.ts'
import { type ScannerConfig, scanTargets } from '../shared/config/scanner-config.ts'
import { keys, PUSH_PREFIX } from '../shared/store/keys.ts'
import { INSTANCE_INDEX, LIST_INDEX } from '../shared/store/table.ts'
import { configProblem } from './config-problem.ts'
import { USE_OF_KEY } from './encryption.ts'

/** Reading and writing of items: what the store asks of DynamoDB, and nothing about the table itself. */
export const useOfTable = (tableArn: string, { deletes }: { deletes: boolean }): PolicyStatement =>
  new PolicyStatement({
    sid: 'UseTheTable',
    actions: [
      'dynamodb:BatchGetItem',
      ...(deletes ? ['dynamodb:DeleteItem'] : []),
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    resources: indexed(tableArn),
  })

/** Reading items, and nothing else. */
export const readTable = (tableArn: string): PolicyStatement =>
  new PolicyStatement({
    sid: 'ReadTheTable',
    actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
    resources: indexed(tableArn),
  })

const indexed = (tableArn: string): string[] => [
  tableArn,
  `${tableArn}/index/${LIST_INDEX}`,
  `${tableArn}/index/${INSTANCE_INDEX}`,
]

/** Waivers are people's, by the command: a function that could write one could hide a failure. All are in one partition. */
export const leaveWaivers = (tableArn: string): PolicyStatement =>
  new PolicyStatement({
    sid: 'LeaveWaiversToPeople',
    effect: Effect.DENY,
    actions: ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resources: [tableArn],
    conditions: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': [keys.waiver('').pk] } },
  })

/** What Security Hub was told is written by whoever pushes: a function that could write it could have a failure not sent. */
export const leavePushes = (tableArn: string): PolicyStatement =>
  new PolicyStatement({
    sid: 'LeavePushesToPeople',
    effect: Effect.DENY,
    actions: ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resources: [tableArn],
    conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [`${PUSH_PREFIX}*`] } },
  })

/** The key, by way of one service alone: a function has no ciphertext of its own. */
export const useOfKey = (key: IKey, service: 'dynamodb' | 'sns'): PolicyStatement =>
  new PolicyStatement({
    sid: service === 'dynamodb' ? 'UseTheKeyForTheTable' : 'UseTheKeyForTopics',
    actions: service === 'dynamodb' ? USE_OF_KEY : ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
  })

/** The key for reading alone, by way of DynamoDB. */
export const readTableByKey = (key: IKey): PolicyStatement =>
  new PolicyStatement({
    sid: 'DecryptTheTable',
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com` } },
  })

/** Assuming the sender or the reader of each account that is scanned. */
export const assumeMembers = (config: ScannerConfig, kind: 'sender' | 'reader'): PolicyStatement[] => {
  const named = new Set(scanTargets(config).map(({ roles }) => roles[kind]))
  const statements = [
    ...(named.size === 0
      ? []
      : [
          new PolicyStatement({
            sid: 'AssumeMembers',
            actions: ['sts:AssumeRole'],
            resources: [...named].sort(),
          }),
        ]),
  ]
  const units = config.targets.filter(({ organizationalUnits }) => organizationalUnits !== undefined)
  if (units.length === 0) return statements
  if (config.organization === undefined)
    throw configProblem(
      '`organizationalUnits` need `organization` as well: it keeps the scanner from roles outside of your organization',
    )
  const roles = new Set(
    units.map(({ role, regions: [region = ''] }) => {
      const path = role.startsWith('arn:') ? role.replace(/^.*:role\//, '') : role
      return `arn:${partitionOf(region)}:iam::*:role/${path}-${kind}`
    }),
  )
  // Which accounts they are is known when a scan begins.
  return [
    ...statements,
    new PolicyStatement({
      sid: 'AssumeMembersOfUnits',
      actions: ['sts:AssumeRole'],
      resources: [...roles].sort(),
      conditions: { StringEquals: { 'aws:ResourceOrgID': config.organization } },
    }),
  ]
}

/** Listing the accounts of organizational units; only where some are configured. */
export const listAccounts = ({ targets, organization }: ScannerConfig): PolicyStatement[] => {
  const units = new Set(targets.flatMap(({ organizationalUnits = [] }) => organizationalUnits))
  if (units.size === 0 || organization === undefined) return []
  // Units inside of these are listed as well, so all of the organization's are named.
  const all = ['ou', 'root'].map((kind) => `arn:${Aws.PARTITION}:organizations::*:${kind}/${organization}/*`)
  return [
    new PolicyStatement({
      sid: 'ListAccountsOfUnits',
      actions: ['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'],
      resources: all,
    }),
  ]
}

/** Invoking parse-results, and run-scan itself for each target of a large fleet; and keeping account of its own steps. */
export const orchestrate = (scope: Construct, { name }: ScannerConfig): PolicyStatement[] => {
  const functionArn = (name: string) =>
    Stack.of(scope).formatArn({ service: 'lambda', resource: `function:${name}` })
  return [
    new PolicyStatement({
      sid: 'InvokeItsFunctions',
      actions: ['lambda:InvokeFunction'],
      // By version or alias; a durable function is never invoked without one of them.
      resources: [`${functionArn(`${name}-parse-results`)}:live`, `${functionArn(`${name}-run-scan`)}:*`],
    }),
    new PolicyStatement({
      sid: 'RememberItsSteps',
      actions: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
      resources: [`${functionArn(`${name}-run-scan`)}:*`],
    }),
  ]
}

export const publishTo = (topicArns: string[]): PolicyStatement =>
  new PolicyStatement({ sid: 'PublishDigests', actions: ['sns:Publish'], resources: topicArns })
