import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import type { ScanTarget } from '../config/scanner-config.ts'

/** The clients of one account and region. */
export type TargetClients = { ec2: EC2Client; ssm: SSMClient }

/** Whose rights to use in a target: undefined for the scanner's own. */
export type CredentialsFor = (target: ScanTarget) => EC2ClientConfig['credentials']

/**
 * Makes the clients of a target, and keeps them for the life of the process: connections and assumed roles are
 * reused. The quotas of these calls are not published, hence the retry mode that slows down by itself.
 */
export const clientPool = (credentialsFor: CredentialsFor): ((target: ScanTarget) => TargetClients) => {
  const pool = new Map<string, TargetClients>()
  return (target) => {
    const key = [target.account, target.region, target.role, target.externalId].join(' ')
    const known = pool.get(key)
    if (known) return known
    const credentials = credentialsFor(target)
    const settings = {
      region: target.region,
      retryMode: 'adaptive',
      maxAttempts: 6,
      ...(credentials && { credentials }),
    }
    const clients = { ec2: new EC2Client(settings), ssm: new SSMClient(settings) }
    pool.set(key, clients)
    return clients
  }
}
