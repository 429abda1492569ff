import type { MemberRole } from './caller.ts'

/** The actions of the member roles, as their stack has them; a test holds the two against each other. */
export const ROLE_RIGHTS: Record<MemberRole, ReadonlySet<string>> = {
  sender: new Set([
    'ec2:DescribeInstances',
    'ssm:DescribeInstanceInformation',
    'ssm:SendCommand',
    'ssm:CancelCommand',
    'ssm:ListCommands',
    'ssm:GetDocument',
  ]),
  reader: new Set(['ssm:ListCommandInvocations', 'ssm:GetCommandInvocation']),
  'security-hub': new Set(['securityhub:BatchImportFindings']),
}
