import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanSummary } from '../../lambdas/run-scan/deps.ts'
import { awsError, fakeWorld } from '../lambdas/scan.fixture.ts'
import { startTables } from '../store/table.fixture.ts'

const HERE = '111111111111/eu-central-1'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

test.concurrent.each([
  ['InvalidParameterException', 'Invalid parameter: Message too long', 1],
  ['InvalidParameterValueException', 'the message is not well-formed', 1],
  ['ValidationException', 'the message is too long', 1],
  ['InvalidParameterException', 'Invalid parameter: TopicArn', 2],
  ['AuthorizationErrorException', 'not authorized', 2],
])('a message that is refused with %s: %s leaves %i unpublished', async (name, message, left) => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' } })
  const { publish } = world.deps
  let refusedFor: string | undefined
  world.deps.publish = async (digest) => {
    refusedFor ??= digest.scanId
    if (digest.scanId === refusedFor) throw awsError(name, message)
    return publish(digest)
  }
  expect(await world.scan()).toMatchObject({ digest: 'frozen', unpublished: 1 })
  world.fleet[HERE] = { 'i-1': 'FAIL' }
  world.advance(60)
  const second = (await world.scan()) as ScanSummary
  expect(second).toMatchObject({ digest: left === 1 ? 'published' : 'frozen', unpublished: left })
  expect(world.published.map(({ scanId }) => scanId)).toEqual(left === 1 ? [second.scanId] : [])
})
