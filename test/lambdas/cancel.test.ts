import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanCancelled, ScanSummary } from '../../lambdas/run-scan/deps.ts'
import { startTables } from '../store/table.fixture.ts'
import { awsError, fakeWorld, many } from './scan.fixture.ts'

const HERE = '111111111111/eu-central-1'
const SHORT = 'deadlineMinutes: 5\n'
const THERE = '222222222222/eu-west-1'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

/** A scan that somebody cancels while it waits. */
const cancelledScan = async (world: ReturnType<typeof fakeWorld>, scanId = 's') => {
  let answer: ScanCancelled | undefined
  world.hooks.onLook = async () => {
    if (answer) return
    answer = { scanId, status: 'cancelled', commands: -1, errors: [] }
    answer = await world.run<ScanCancelled>({ cancel: scanId })
  }
  const result = (await world.scan({ scanId })) as ScanSummary
  delete world.hooks.onLook
  return { result, answer }
}

test.concurrent('a cancelled scan calls its commands back, ends long before its deadline, and says so', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'silent', 'i-2': 'FAIL' } })
  const { result, answer } = await cancelledScan(world)
  expect(answer).toEqual({ scanId: 's', status: 'cancelled', commands: 1, errors: [] })
  expect(new Set(world.calledBack)).toEqual(new Set(['command-1']))
  expect(result.status).toBe('cancelled')
  expect(Date.parse(result.closedAt) - Date.parse(result.openedAt)).toBeLessThan(5 * 60_000)
  expect(await store.scan('s')).toMatchObject({ status: 'cancelled', coverage: { total: 0, assessed: 0 } })
  expect(world.parsed).toEqual([])
  expect(world.published).toEqual([])
})

test.concurrent('it holds the lock no longer, and says nothing of the fleet', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS', 'i-2': 'PASS' } })
  const first = (await world.scan()) as ScanSummary
  const state = await store.target({ account: '111111111111', region: 'eu-central-1' })
  world.advance(60)
  await cancelledScan(world)
  expect(await store.target({ account: '111111111111', region: 'eu-central-1' })).toEqual(state)
  for (const { assessedAt } of await store.findings({}))
    expect(Date.parse(assessedAt)).toBeLessThanOrEqual(Date.parse(first.closedAt))
  world.advance(60)
  expect(await world.scan()).toMatchObject({ status: 'closed', digest: 'none' })
})

test.concurrent('nothing more is sent once a scan is cancelled', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(700) })
  const { result } = await cancelledScan(world)
  expect(result.status).toBe('cancelled')
  expect(world.sent.length).toBeLessThan(14)
  expect(new Set(world.calledBack)).toEqual(new Set(world.sent.map(({ commandId }) => commandId)))
})

test.concurrent('what was judged before is told, once', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'FAIL' }, [THERE]: { 'i-2': 'silent' } }, SHORT)
  let parsed = false
  world.hooks.onLook = async () => {
    if (world.parsed.length === 0 || parsed) return
    parsed = true
    await world.run({ cancel: 's' })
  }
  expect(await world.scan({ scanId: 's' })).toMatchObject({ status: 'cancelled', changes: 1 })
  expect(world.published.map(({ subject }) => subject)).toEqual(['fleet-scanner: 1 failing'])
  expect(world.published[0]?.bodies.email).toContain('cancelled before its end')
  delete world.hooks.onLook
  world.advance(60)
  await world.scan()
  // The first scan of the whole fleet tells of itself, and not of that again.
  expect(world.published[1]?.attributes.kind).toBe('baseline')
  expect(world.published.filter(({ bodies }) => bodies.email?.includes('- i-1,'))).toHaveLength(1)
})

test.concurrent('there is nothing to cancel in a scan that has ended, or never was', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' } })
  await world.scan({ scanId: 's' })
  expect(await world.run({ cancel: 's' })).toMatchObject({
    status: 'refused',
    message: 'scan s has already ended (closed)',
  })
  expect(await world.run({ cancel: 'x' })).toMatchObject({ status: 'refused', message: 'there is no scan x' })
  expect(world.calledBack).toEqual([])
  expect((await store.scan('s'))?.status).toBe('closed')
})

test.concurrent('a command that cannot be called back is named; the scan is cancelled all the same', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'silent' } })
  const access = world.deps.access
  world.deps.access = (target) => ({
    ...access(target),
    cancel: async () => Promise.reject(awsError('AccessDeniedException', 'no ssm:CancelCommand')),
  })
  const { result, answer } = await cancelledScan(world)
  expect(answer?.errors).toEqual([`${HERE}: command command-1 was not called back: no ssm:CancelCommand`])
  expect(result.status).toBe('cancelled')
})
