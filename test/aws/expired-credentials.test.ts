import { ListCommandInvocationsCommand, ListCommandsCommand } from '@aws-sdk/client-ssm'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { fleetAgent } from '../../local/agent.ts'
import { AwsError } from '../../local/aws-error.ts'
import { accessKeyOf, HOME_ACCOUNT } from '../../local/caller.ts'
import { startEndpoint } from '../../local/endpoint.ts'
import { clientPool } from '../../shared/aws/clients.ts'
import { senderClients } from '../../shared/aws/sender-clients.ts'
import { fleetOf } from '../local/fleet-of.ts'
import { ROLES } from './member-roles.fixture.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test.each(['sender', 'reader'] as const)(
  'credentials of the %s that have expired before their time are replaced when the call is tried again',
  async (role) => {
    let isExpired = true
    const endpoint = await startEndpoint({
      fleet: fleetOf([{}]),
      documents: [],
      agent: fleetAgent(),
      onCall: () => {
        if (isExpired) throw new AwsError('ExpiredTokenException', 'The security token included is expired')
      },
    })
    onTestFinished(() => endpoint.stop())
    vi.stubEnv('AWS_ENDPOINT_URL_SSM', endpoint.url)
    let fetched = 0
    const clients = clientPool(senderClients, () => async () => {
      fetched += 1
      return {
        accessKeyId: accessKeyOf(HOME_ACCOUNT, role),
        secretAccessKey: 'x',
        // The clock of the SDK sees nothing wrong.
        expiration: new Date(Date.now() + 3_600_000),
      }
    })
    const target = {
      ...{ account: HOME_ACCOUNT, region: 'eu-central-1', roles: ROLES },
      selectors: [{ role: 'control-plane' }],
    }
    const call = () => {
      const { ssm } = clients(target)
      return role === 'sender'
        ? ssm.send(new ListCommandsCommand({}))
        : ssm.send(new ListCommandInvocationsCommand({}))
    }

    await expect(call()).rejects.toMatchObject({ name: 'ExpiredTokenException' })
    expect(fetched).toBe(1)
    isExpired = false
    await call()
    expect(fetched).toBe(2)
    await call()
    expect(fetched).toBe(2)
  },
)
