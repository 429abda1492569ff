import { ListCommandInvocationsCommand } from '@aws-sdk/client-ssm'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { fleetAgent } from '../../local/agent.ts'
import { AwsError } from '../../local/aws-error.ts'
import { HOME_ACCOUNT } from '../../local/caller.ts'
import { startEndpoint } from '../../local/endpoint.ts'
import { clientPool } from '../../shared/aws/clients.ts'
import { fleetOf } from '../local/fleet-of.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('credentials that have expired before their time are replaced when the call is tried again', async () => {
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
  const clients = clientPool(() => async () => ({
    accessKeyId: `KEY${++fetched}`,
    secretAccessKey: 'x',
    // The clock of the SDK sees nothing wrong.
    expiration: new Date(Date.now() + 3_600_000),
  }))
  const target = { account: HOME_ACCOUNT, region: 'eu-central-1', selectors: [{ role: 'control-plane' }] }
  const call = () => clients(target).ssm.send(new ListCommandInvocationsCommand({}))

  await expect(call()).rejects.toMatchObject({ name: 'ExpiredTokenException' })
  expect(fetched).toBe(1)
  isExpired = false
  expect((await call()).CommandInvocations).toEqual([])
  expect(fetched).toBe(2)
  await call()
  expect(fetched).toBe(2)
})
