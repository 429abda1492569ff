import type { EC2Client } from '@aws-sdk/client-ec2'
import type { SSMClient, SSMClientConfig } from '@aws-sdk/client-ssm'
import type { ScanTarget } from '../config/scanner-config.ts'

/** Whose rights to use in a target: undefined for the scanner's own. */
export type CredentialsFor = (target: ScanTarget) => SSMClientConfig['credentials']

/** What the clients of a target are made with. */
export type ClientSettings = Pick<SSMClientConfig, 'credentials' | 'maxAttempts' | 'retryMode'> & {
  region: string
}

/** What a service answers to credentials whose time is over. The SDK renews by the clock alone, and tries no more. */
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'])

/**
 * Makes the clients of a target, and keeps them for the life of the process: connections and assumed roles are
 * reused. The quotas of these calls are not published, hence the retry mode that slows down by itself. Clients whose
 * credentials are refused as expired are forgotten, so that whoever tries again gets new ones. `onRequest` is told the
 * operation of every request, each try for itself: so do quotas count.
 * @param connect makes them, by name: each function brings the clients that it needs, and bundles no others
 */
export const clientPool = <Clients extends Record<string, EC2Client | SSMClient>>(
  connect: (settings: ClientSettings) => Clients,
  credentialsFor: CredentialsFor,
  onRequest: (operation: string) => void = () => {},
): ((target: ScanTarget) => Clients) => {
  const pool = new Map<string, Clients>()
  return (target) => {
    const { account, region, roles, externalId } = target
    const key = [account, region, roles.sender, roles.reader, externalId].join(' ')
    const known = pool.get(key)
    if (known) return known
    const credentials = credentialsFor(target)
    const clients = connect({
      ...{ region, retryMode: 'adaptive', maxAttempts: 6 },
      ...(credentials && { credentials }),
    })
    for (const client of Object.values(clients)) watch(client, () => pool.delete(key), onRequest)
    pool.set(key, clients)
    return clients
  }
}

const watch = (
  client: EC2Client | SSMClient,
  onExpired: () => void,
  onRequest: (operation: string) => void,
): void => {
  // The stacks differ in the types of what passes through them, which nothing here looks at.
  const stack = client.middlewareStack as SSMClient['middlewareStack']
  stack.add(
    (next) => async (args) => {
      try {
        return await next(args)
      } catch (error) {
        if (error instanceof Error && EXPIRED.has(error.name)) onExpired()
        throw error
      }
    },
    { step: 'initialize' },
  )
  stack.add(
    (next, { commandName = 'unknown' }) =>
      (args) => {
        onRequest(commandName.replace(/Command$/, ''))
        return next(args)
      },
    // The SDK tries again in an earlier step.
    { step: 'deserialize', priority: 'low' },
  )
}
