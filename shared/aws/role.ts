import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import type { ScanTarget } from '../config/scanner-config.ts'
import type { CredentialsFor } from './clients.ts'

/** The rights of one of the target's member roles. They are renewed before they end. */
export const assumedRole =
  (kind: keyof ScanTarget['roles']): CredentialsFor =>
  ({ roles, region, externalId }) =>
    fromTemporaryCredentials({
      params: {
        RoleArn: roles[kind],
        RoleSessionName: 'fleet-scanner',
        ...(externalId !== undefined && { ExternalId: externalId }),
      },
      // The regional endpoint: the global one depends on another region.
      clientConfig: { region },
    })
