import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import type { CredentialsFor } from './clients.ts'

/** The rights of the target's role, where it names one; else the scanner's own. They are renewed before they end. */
export const assumedRole: CredentialsFor = ({ role, region, externalId }) => {
  if (role === undefined) return undefined
  return fromTemporaryCredentials({
    params: {
      RoleArn: role,
      RoleSessionName: 'fleet-scanner',
      ...(externalId !== undefined && { ExternalId: externalId }),
    },
    // The regional endpoint: the global one depends on another region.
    clientConfig: { region },
  })
}
