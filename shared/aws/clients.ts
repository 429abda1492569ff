import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import type { ScanTarget } from '../config/scanner-config.ts'

/** The clients of one account and region. */
export type TargetClients = { ec2: EC2Client; ssm: SSMClient }

/** Whose rights to use in a target: undefined for the scanner's own. */
export type CredentialsFor = (target: ScanTarget) => EC2ClientConfig['credentials']

/** What a service answers to credentials whose time is over. The SDK renews by the clock alone, and tries no more. */
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'])

/**
 * Makes the clients of a target, and keeps them for the life of the process: connections and assumed roles are
 * reused. The quotas of these calls are not published, hence the retry mode that slows down by itself. Clients whose
 * credentials are refused as expired are forgotten, so that whoever tries again gets new ones.
 */
export const clientPool = (credentialsFor: CredentialsFor): ((target: ScanTarget) => TargetClients) => {
  const pool = new Map<string, TargetClients>()
  return (target) => {
    const key = [target.account, target.region, target.role, target.externalId].join(' ')
    const known = pool.get(key)
    if (known) return known
    const clients = connect(target, credentialsFor(target), () => pool.delete(key))
    pool.set(key, clients)
    return clients
  }
}

const connect = (
  { region }: ScanTarget,
  credentials: EC2ClientConfig['credentials'],
  onExpired: () => void,
): TargetClients => {
  const settings = { region, retryMode: 'adaptive', maxAttempts: 6, ...(credentials && { credentials }) }
  const watched = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      if (error instanceof Error && EXPIRED.has(error.name)) onExpired()
      throw error
    }
  }
  const ec2 = new EC2Client(settings)
  ec2.middlewareStack.add((next) => (args) => watched(next(args)), { step: 'initialize' })
  const ssm = new SSMClient(settings)
  ssm.middlewareStack.add((next) => (args) => watched(next(args)), { step: 'initialize' })
  return { ec2, ssm }
}
