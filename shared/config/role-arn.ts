/** The partition that a region belongs to: an ARN of another one is not known there. */
const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/** The ARN of the role to assume in a target; a role given by name is one of the target's own account. */
export const roleArn = (target: { account: string; region: string; role: string }): string =>
  target.role.startsWith('arn:')
    ? target.role
    : `arn:${partitionOf(target.region)}:iam::${target.account}:role/${target.role}`
