import { Aws } from 'aws-cdk-lib'
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import type { Grant, MemberGroup } from './member-groups.ts'
import { optedOut, selectedBy } from './tag-conditions.ts'

/** For instances of another account than the role's, a statement has no effect. */
const instancesOf = (account: string, region: string): string =>
  `arn:${Aws.PARTITION}:ec2:${region}:${account}:instance/*`

const inRegions = (regions: string[]) => ({ 'aws:RequestedRegion': regions })

/**
 * What the sender may do: list, and send these documents to the selected instances. SendCommand is asked of the document and of
 * each instance, and both must be allowed: by statements of their own, as a document has no tags of an instance.
 */
export const senderStatements = (
  group: MemberGroup,
  documentNames: string[],
  { optOutTag }: Pick<ScannerConfig, 'optOutTag'>,
): PolicyStatement[] => {
  const documents = documentNames.map(
    (name) => `arn:${Aws.PARTITION}:ssm:*:${Aws.ACCOUNT_ID}:document/${name}`,
  )
  return [
    new PolicyStatement({
      sid: 'SendOnlyTheCollector',
      actions: ['ssm:SendCommand'],
      resources: documents,
    }),
    ...group.grants.map(sendToSelected),
    new PolicyStatement({
      sid: 'NeverToWhatIsLeftOut',
      effect: Effect.DENY,
      actions: ['ssm:SendCommand'],
      resources: [instancesOf(Aws.ACCOUNT_ID, '*')],
      conditions: optedOut(optOutTag),
    }),
    new PolicyStatement({
      sid: 'CompareTheCollector',
      actions: ['ssm:GetDocument'],
      resources: documents,
    }),
    new PolicyStatement({
      sid: 'ListInstancesAndFollowCommands',
      actions: ['ec2:DescribeInstances', 'ssm:DescribeInstanceInformation', 'ssm:ListCommands'],
      resources: ['*'],
      conditions: { StringEquals: inRegions(group.regions) },
    }),
    new PolicyStatement({
      sid: 'CancelCommands',
      actions: ['ssm:CancelCommand'],
      resources: ['*'],
      conditions: { StringEquals: inRegions(group.regions) },
    }),
  ]
}

/**
 * The regions stand in the resources: of global condition keys (`aws:RequestedRegion` is one) AWS says that SendCommand asks a second
 * time in its own name: https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html
 */
const sendToSelected = ({ selector, regions, accounts }: Grant, index: number): PolicyStatement =>
  new PolicyStatement({
    sid: `SendToSelected${index + 1}`,
    actions: ['ssm:SendCommand'],
    resources: (accounts === 'each' ? [Aws.ACCOUNT_ID] : accounts).flatMap((account) =>
      regions.map((region) => instancesOf(account, region)),
    ),
    conditions: selectedBy(selector),
  })

/** What the reader may do: read what commands printed. */
export const readerStatements = ({ regions }: MemberGroup): PolicyStatement[] => [
  new PolicyStatement({
    sid: 'ReadAnswers',
    actions: ['ssm:ListCommandInvocations', 'ssm:GetCommandInvocation'],
    resources: ['*'],
    conditions: { StringEquals: inRegions(regions) },
  }),
]

/**
 * What the pusher may do: bring findings of this account into its Security Hub, as those of the default product, which
 * is the account's own. Nothing there can be read, changed or archived by it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecurityhub.html
 */
export const securityHubStatements = ({ regions }: MemberGroup): PolicyStatement[] => [
  new PolicyStatement({
    sid: 'SendFindings',
    actions: ['securityhub:BatchImportFindings'],
    resources: regions.map(
      (region) =>
        `arn:${Aws.PARTITION}:securityhub:${region}:${Aws.ACCOUNT_ID}:product/${Aws.ACCOUNT_ID}/default`,
    ),
    conditions: { StringEquals: { 'securityhub:TargetAccount': Aws.ACCOUNT_ID } },
  }),
]
