import { collectorDocuments } from '../../../shared/aws/document.ts'
import { every, type Guarantee } from './guarantee.ts'
import { exactly, noOtherPolicies, type Right } from './rights.ts'

const ACCOUNT = '<AWS::AccountId>'
const HOME = '999988887777'
const MEMBER = '111122223333'
const instances = (account: string, region: string) =>
  `arn:<AWS::Partition>:ec2:${region}:${account}:instance/*`
const documents = collectorDocuments().map(
  ({ name }) => `arn:<AWS::Partition>:ssm:*:${ACCOUNT}:document/${name}`,
)
const REGION = 'StringEquals aws:RequestedRegion'
const EVERY_REGION = { [REGION]: ['eu-central-1', 'eu-west-1', 'us-east-1'] }

const trust = (fn: string, externalId?: string): Right[] => [
  {
    why: `${fn} of the scanner takes the role, and nobody else may`,
    actions: ['sts:AssumeRole'],
    principals: [`arn:<AWS::Partition>:iam::${HOME}:root`],
    when: {
      'ArnEquals aws:PrincipalArn': [`arn:<AWS::Partition>:iam::${HOME}:role/fleet-scanner-${fn}`],
      ...(externalId !== undefined && { 'StringEquals sts:ExternalId': [externalId] }),
      'StringEquals aws:PrincipalOrgID': ['o-a1b2c3d4e5'],
    },
  },
]

const sender = (selected: Right[], regions: Record<string, string[]>): Right[] => [
  { why: 'the collector is the one thing that may be sent', actions: ['ssm:SendCommand'], on: documents },
  ...selected,
  {
    why: 'an instance with the opt-out tag is never sent to, whatever else allows it',
    effect: 'Deny',
    actions: ['ssm:SendCommand'],
    on: [instances(ACCOUNT, '*')],
    when: {
      'Null aws:ResourceTag/fleet-scanner:exclude': ['false'],
      'StringNotEqualsIgnoreCase aws:ResourceTag/fleet-scanner:exclude': ['false'],
    },
  },
  {
    why: 'the script is compared before it is sent',
    actions: ['ssm:GetDocument'],
    on: documents,
  },
  {
    why: 'instances are found, and commands are followed',
    actions: ['ec2:DescribeInstances', 'ssm:DescribeInstanceInformation', 'ssm:ListCommands'],
    on: ['*'],
    when: regions,
  },
  {
    why: 'a scan that is called off ends its commands',
    actions: ['ssm:CancelCommand'],
    on: ['*'],
    when: regions,
  },
]

const reader = (regions: Record<string, string[]>): Right[] => [
  {
    why: 'what the collector printed is read',
    actions: ['ssm:ListCommandInvocations', 'ssm:GetCommandInvocation'],
    on: ['*'],
    when: regions,
  },
]

/** Whoever sends findings to Security Hub: a statement for each account that they are of. */
const pushers = (externalId?: string): Right[] =>
  [
    [HOME, 'auditor'],
    [MEMBER, 'security/auditor'],
  ].map(([account, role]) => ({
    why: 'one role of the account takes it, and nobody else of it may',
    actions: ['sts:AssumeRole'],
    principals: [`arn:<AWS::Partition>:iam::${account}:root`],
    when: {
      'ArnEquals aws:PrincipalArn': [`arn:aws:iam::${account}:role/${role}`],
      ...(externalId !== undefined && { 'StringEquals sts:ExternalId': [externalId] }),
      'StringEquals aws:PrincipalOrgID': ['o-a1b2c3d4e5'],
    },
  }))

const securityHub = (regions: string[]): Right[] => [
  {
    why: 'findings of this account come in as those of its own product, and nothing else is touched',
    actions: ['securityhub:BatchImportFindings'],
    on: regions.map(
      (region) => `arn:<AWS::Partition>:securityhub:${region}:${ACCOUNT}:product/${ACCOUNT}/default`,
    ),
    when: { 'StringEquals securityhub:TargetAccount': [ACCOUNT] },
  },
]

const selected = (account: string, regions: string[], when: Record<string, string[]>): Right => ({
  why: 'instances with the tags of a selector, in the regions of its target',
  actions: ['ssm:SendCommand'],
  on: regions.map((region) => instances(account, region)),
  when,
})

const tag = (key: string) => `StringEquals aws:ResourceTag/${key}`
const HOME_REGION = ['eu-central-1']
const MEMBER_REGIONS = ['eu-west-1', 'us-east-1']

const SHARED = sender(
  [
    selected(HOME, HOME_REGION, { [tag('k8s.io/role/control-plane')]: ['1'] }),
    selected(HOME, HOME_REGION, { [tag('k8s.io/role/master')]: ['1'] }),
    selected(MEMBER, MEMBER_REGIONS, { [tag('Role')]: ['server'] }),
    selected(MEMBER, MEMBER_REGIONS, {
      [tag('sigs.k8s.io/cluster-api-provider-aws/role')]: ['control-plane'],
    }),
    selected(MEMBER, MEMBER_REGIONS, {
      [tag('team')]: ['platform'],
      [tag('role')]: ['etcd', 'control-plane'],
    }),
    selected(MEMBER, MEMBER_REGIONS, { 'StringLike aws:ResourceTag/etcd': ['*'] }),
  ],
  EVERY_REGION,
)

const OF_A_UNIT = sender(
  [
    selected(ACCOUNT, HOME_REGION, {
      [tag('sigs.k8s.io/cluster-api-provider-aws/role')]: ['control-plane'],
    }),
  ],
  { [REGION]: HOME_REGION },
)

const pair = (
  role: string,
  rights: Right[],
  regions: Record<string, string[]>,
  externalId?: string,
): Guarantee[] => [
  exactly(`${role}-sender`, 'trust', trust('run-scan', externalId)),
  exactly(`${role}-sender`, 'rights', rights),
  exactly(`${role}-reader`, 'trust', trust('parse-results', externalId)),
  exactly(`${role}-reader`, 'rights', reader(regions)),
  exactly(`${role}-security-hub`, 'trust', pushers(externalId)),
  exactly(`${role}-security-hub`, 'rights', securityHub(regions[REGION] ?? [])),
  noOtherPolicies(
    ['sender', 'reader', 'security-hub'].flatMap((kind) =>
      (['trust', 'rights'] as const).map((of) => ({ of: `${role}-${kind}`, kind: of })),
    ),
  ),
  every(
    'AWS::IAM::Role',
    'a session of a member role ends within an hour, so that what is stolen is soon of no use',
    ({ MaxSessionDuration }) => MaxSessionDuration === 3600,
  ),
]

type Step = { precondition?: { StringEquals?: string[] }; inputs?: { timeoutSeconds?: string } }

const OF_TEMPLATES = {
  'member-role-1': pair('fleet-scanner-member', SHARED, EVERY_REGION, 'change-me'),
  'member-role-2': pair('node-scanner', OF_A_UNIT, { [REGION]: HOME_REGION }),
  'member-document': [
    every(
      'AWS::SSM::Document',
      'only EC2 instances are sent to',
      ({ TargetType }) => TargetType === '/AWS::EC2::Instance',
    ),
    every(
      'AWS::SSM::Document',
      'the script runs on Linux alone, and is ended when it takes too long',
      ({ Content }) =>
        (Content as { mainSteps: Step[] }).mainSteps.every(
          ({ precondition, inputs }) =>
            precondition?.StringEquals?.join() === 'platformType,Linux' && inputs?.timeoutSeconds === '60',
        ),
    ),
  ],
}

/** By the template's name. The scanner's own account is scanned as well: its member stacks come with the scanner. */
export const MEMBER_GUARANTEES: Record<string, Guarantee[]> = {
  ...OF_TEMPLATES,
  'fleet-scanner-member-role': OF_TEMPLATES['member-role-1'],
  'fleet-scanner-member-document-eu-central-1': OF_TEMPLATES['member-document'],
}
