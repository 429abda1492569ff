import { LambdaClient } from '@aws-sdk/client-lambda'
import { expect, it, onTestFinished } from 'vitest'
import type { Deployment } from '../../cli/deployment.ts'
import { endOfExecution, startExecution } from '../../cli/executions.ts'
import { cancelStackScan } from '../../cli/stack-cancel.ts'
import { fleetAgent } from '../../local/agent.ts'
import { localCredentials } from '../../local/credentials.ts'
import { deployedStack } from '../../local/deployed-stack.ts'
import { startEndpoint } from '../../local/endpoint.ts'
import type { ScanRecord } from '../../shared/findings/records.ts'
import { fleetOf } from '../local/fleet-of.ts'

const SCAN = '20260131T120000Z'
const REFUSED = { scanId: SCAN, status: 'refused', message: 'said by the function' }

/** A stack whose function never ends but for a cancelling, which it answers; the table has the scan with this status. */
const stackThatHangs = async (status: ScanRecord['status'] | undefined, answer: object) => {
  const run = (event: unknown) =>
    typeof event === 'object' && event !== null && 'cancel' in event
      ? Promise.resolve(answer)
      : new Promise<never>(() => {})
  const schedule = { expression: 'rate(1 day)', timeZone: 'UTC', flexibleMinutes: 0 }
  const stack = deployedStack({ name: 'prod', schedule }, 'arn:aws:sns:eu-central-1:000000000000:x', run)
  const endpoint = await startEndpoint({ fleet: fleetOf([{}]), documents: [], agent: fleetAgent(), stack })
  const lambda = new LambdaClient({
    endpoint: endpoint.url,
    region: 'eu-central-1',
    credentials: localCredentials,
  })
  onTestFinished(async () => {
    lambda.destroy()
    await endpoint.stop()
  })
  const deployment = {
    stack: 'prod',
    outputs: stack.outputs,
    clients: { lambda },
    store: { scan: async () => (status === undefined ? undefined : { scanId: SCAN, status }) },
  } as unknown as Deployment
  const running = () =>
    stack.runScan.executions
      .list({ statuses: ['RUNNING'] })
      .map(({ name }) => name)
      .sort()
  return { deployment, running, lambda, executions: stack.runScan.executions }
}

it('stops the execution of a scan that has not opened yet', async () => {
  const { deployment, running } = await stackThatHangs(undefined, REFUSED)
  await startExecution(deployment, SCAN, { scanId: SCAN })
  expect(await cancelStackScan(deployment, SCAN, 0)).toEqual({
    ...{ scanId: SCAN, status: 'cancelled', commands: 0, errors: [] },
    execution: 'stopped',
  })
  expect(running()).toEqual([])
})

it('leaves alone a scan that is about to end, and any other', async () => {
  const { deployment, running } = await stackThatHangs('closed', REFUSED)
  await startExecution(deployment, SCAN, { scanId: SCAN })
  await startExecution(deployment, 'other', { scanId: 'other' })
  expect(await cancelStackScan(deployment, SCAN, 0)).toEqual(REFUSED)
  expect(running()).toEqual([SCAN, 'other'])
})

it('stops the executions of its targets too, and goes on where an earlier cancelling was interrupted', async () => {
  const { deployment, running } = await stackThatHangs('cancelled', REFUSED)
  const times = { openedAt: '2026-01-31T12:00:00Z', deadlineAt: '2026-01-31T12:15:00Z' }
  const scan = { scanId: SCAN, trigger: 'schedule' as const, ...times }
  await startExecution(deployment, 'd32c5kddcf5bb8c3', { scheduledTime: '2026-01-31T12:00:00Z' })
  await startExecution(deployment, 'child', { scan, target: '111122223333/eu-west-1' })
  await startExecution(deployment, 'other', { scheduledTime: '2026-01-31T13:00:00Z' })
  expect(await cancelStackScan(deployment, SCAN, 0)).toMatchObject({ execution: 'stopped' })
  expect(running()).toEqual(['other'])
})

it('does not take a scan for cancelled that the function could not cancel', async () => {
  const { deployment } = await stackThatHangs('open', { nonsense: true })
  await startExecution(deployment, SCAN, { scanId: SCAN })
  await expect(cancelStackScan(deployment, SCAN, 0)).rejects.toThrow()
})

it('finds what still runs on a version that an upgrade has replaced', async () => {
  const { deployment, running, executions } = await stackThatHangs('cancelled', REFUSED)
  await startExecution(deployment, SCAN, { scanId: SCAN })
  // More of them than Lambda lists on a page.
  for (let i = 0; i < 60; i++) executions.publish()
  await startExecution(deployment, 'other', { scanId: 'other' })
  const before = await cancelStackScan(deployment, SCAN, 0)
  expect(before, 'far too old to be looked for').toEqual(REFUSED)
  await startExecution(deployment, 'again', { scanId: SCAN })
  executions.publish()
  expect(await cancelStackScan(deployment, SCAN, 0)).toMatchObject({ execution: 'stopped' })
  expect(running()).toEqual([SCAN, 'other'])
})

it('finds an execution by its name where Lambda does not say its ARN', async () => {
  const { deployment, lambda, executions } = await stackThatHangs(undefined, { done: true })
  lambda.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args)
      Object.assign(answer.output, { DurableExecutionArn: undefined, ExecutedVersion: undefined })
      return answer
    },
    { step: 'initialize' },
  )
  executions.publish()
  const started = await startExecution(deployment, 'cancel-x', { cancel: SCAN })
  expect(started).toEqual({ name: 'cancel-x' })
  expect(await endOfExecution(deployment, started)).toMatchObject({ result: { done: true } })
  expect(started).toMatchObject({ version: '2', arn: executions.list({ statuses: [] })[0]?.arn })
})
