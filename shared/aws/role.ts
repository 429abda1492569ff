import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import type { ScanTarget } from '../config/scanner-config.ts'
import type { CredentialsFor } from './clients.ts'

/** The partition that a region belongs to: an ARN of another one is not known there. */
const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/** The ARN of the role to assume in a target; a role given by name is one of the target's own account. */
export const roleArn = ({ account, region, role }: ScanTarget & { role: string }): string =>
  role.startsWith('arn:') ? role : `arn:${partitionOf(region)}:iam::${account}:role/${role}`

/** The rights of the target's role, where it names one; else the scanner's own. */
export const assumedRole: CredentialsFor = (target) => {
  const { role, region, externalId } = target
  if (role === undefined) return undefined
  return fromTemporaryCredentials({
    params: {
      RoleArn: roleArn({ ...target, role }),
      RoleSessionName: 'fleet-scanner',
      ...(externalId !== undefined && { ExternalId: externalId }),
    },
    // The regional endpoint: the global one depends on another region.
    clientConfig: { region },
  })
}
