/** The partition that a region belongs to: an ARN of another one is not known there. */
export const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

type MemberRole = { account: string; region: string; role: string }

/** The ARNs of the two member roles of a target. */
export const memberRoles = (target: MemberRole): { sender: string; reader: string } => ({
  sender: `${roleArn(target)}-sender`,
  reader: `${roleArn(target)}-reader`,
})

/**
 * The ARN of the role that findings are sent to Security Hub by, in a target's account: there where `securityHub` is
 * configured. Its name begins as the names of the target's other roles do.
 */
export const securityHubRole = ({ roles }: { roles: { sender: string } }): string =>
  roles.sender.replace(/-sender$/, '-security-hub')

/** A role given by name is one of the target's own account. */
const roleArn = (target: MemberRole): string =>
  target.role.startsWith('arn:')
    ? target.role
    : `arn:${partitionOf(target.region)}:iam::${target.account}:role/${target.role}`
