/** Why a call is allowed on `*`, and where that is written. */
export type Wildcard = { reason: string; source: string }

const REFERENCE = 'https://docs.aws.amazon.com/service-authorization/latest/reference'
const SSM = `${REFERENCE}/list_awssystemsmanager.html`
const NOTHING_ELSE = 'takes no resource-level permissions'

/** The only actions that may be allowed on `*`: calls that IAM can be asked about in no other way. */
export const WILDCARDS: Record<string, Wildcard> = {
  'ec2:DescribeInstances': { reason: NOTHING_ELSE, source: `${REFERENCE}/list_amazonec2.html` },
  'ssm:DescribeInstanceInformation': { reason: NOTHING_ELSE, source: SSM },
  'ssm:ListCommands': { reason: NOTHING_ELSE, source: SSM },
  'ssm:CancelCommand': {
    reason: `${NOTHING_ELSE}: the sender could also end a command of somebody else, in the configured regions`,
    source: SSM,
  },
  'ssm:ListCommandInvocations': {
    reason: `${NOTHING_ELSE}: the reader sees the output of every Run Command of the account, in the configured regions; the sender does not`,
    source: SSM,
  },
  'ssm:GetCommandInvocation': { reason: `${NOTHING_ELSE}: as above`, source: SSM },
}
