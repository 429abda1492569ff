import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanSummary } from '../../lambdas/run-scan/deps.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import { awsError, fakeWorld, many } from './scan.fixture.ts'

const HERE = '111111111111/eu-central-1'
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

const outcomesOf = async (store: Store, scanId: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await store.commandResults(scanId)).flatMap(({ outcomes }) =>
      outcomes.map(({ instanceId, state, detail }) => [instanceId, detail ? `${state} ${detail}` : state]),
    ),
  )

test.concurrent('an account that refuses us stops no other, moves no instance, and passes no old verdict off as new', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, {
    [HERE]: { 'i-1': 'PASS' },
    [THERE]: { 'i-2': 'FAIL', 'i-3': { skipped: 'stopped' } },
  })
  await world.scan()
  world.fleet[THERE] = awsError('AccessDenied', 'not authorized to assume the role')
  world.advance(60)
  const result = (await world.scan()) as ScanSummary
  expect(result.status).toBe('closed')
  expect(result.targetErrors).toEqual([
    `${THERE}: its instances could not be listed: not authorized to assume the role`,
  ])
  expect(result.coverage).toEqual({ total: 2, assessed: 1, byState: { assessed: 1, unreachable: 1 } })
  expect(await outcomesOf(store, result.scanId)).toEqual({
    'i-1': 'assessed',
    'i-2': 'unreachable InventoryFailed',
  })
  expect(await store.findings({ status: ['FAIL'] })).toMatchObject([
    { instanceId: 'i-2', coverage: 'unreachable' },
  ])
  const states = await store.nodesOf({ account: '222222222222', region: 'eu-west-1' })
  expect(states.find(({ node }) => node.instanceId === 'i-3')?.state).toBe('stopped')
  const mail = world.published[1]?.bodies.email ?? ''
  expect(mail.replace(/\s+/g, ' ')).toContain('not authorized to assume the role')
})

test.concurrent('a scan that reached no target at all has failed, and says so', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: awsError('AccessDenied') })
  const result = (await world.scan()) as ScanSummary
  expect(result.status).toBe('failed')
  expect((await store.scan(result.scanId))?.status).toBe('failed')
  expect(world.published).toHaveLength(1)
})

test.concurrent('one instance that Systems Manager refuses costs the others nothing', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { ...many(9), 'i-bad': 'PASS' } })
  const result = (await world.scan()) as ScanSummary
  expect(result.coverage).toMatchObject({ total: 10, assessed: 9 })
  expect((await outcomesOf(store, result.scanId))['i-bad']).toBe('unreachable NotSent')
  expect(result.targetErrors).toHaveLength(1)
})

test.concurrent('throttling is waited out', async () => {
  const world = fakeWorld(await tables.newStore(), { [HERE]: { 'i-1': 'PASS' } })
  world.failures.send = [awsError('ThrottlingException'), awsError('ThrottlingException')]
  world.failures.progress = [awsError('ThrottlingException')]
  world.failures.parse = [new Error('the function timed out')]
  world.failures.publish = [new Error('slow down')]
  expect(await world.scan()).toMatchObject({
    coverage: { assessed: 1, total: 1 },
    digest: 'published',
    targetErrors: [],
  })
})

test.concurrent('a command that cannot be judged leaves its instances unreachable, not silently fresh', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'FAIL' } })
  world.failures.parse = Array(10).fill(new Error('out of memory'))
  const result = (await world.scan()) as ScanSummary
  expect(result.coverage).toMatchObject({ total: 1, assessed: 0 })
  expect(await outcomesOf(store, result.scanId)).toEqual({ 'i-1': 'unreachable NotJudged' })
  expect(result.targetErrors[0]).toMatch(/was not judged: .*out of memory/)
})

test.concurrent('a table that cannot be read while a scan waits costs no instance', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(60) })
  let broken = false
  world.hooks.onLook = async () => {
    broken = true
  }
  world.deps.store = {
    ...store,
    scan: async (scanId) => {
      if (!broken) return store.scan(scanId)
      broken = false
      throw awsError('ProvisionedThroughputExceededException')
    },
  }
  expect(await world.scan()).toMatchObject({ coverage: { total: 60, assessed: 60 }, targetErrors: [] })
})

/** What is thrown where nobody expects it: parts of a scan that no `try` of theirs holds. */
const refusing = (store: Store, refuse: (result: { n: string; region: string }) => boolean): Store => ({
  ...store,
  putCommandResult: async (result) => {
    if (refuse(result)) throw awsError('ValidationException', 'the table is odd')
    return store.putCommandResult(result)
  },
})

test.concurrent('the instances of a group that breaks are noted as not scanned', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(60) })
  world.failures.send = [awsError('AccessDeniedException', 'no ssm:SendCommand')]
  let refused = 0
  world.deps.store = refusing(store, ({ n }) => n === '0' && refused++ === 0)
  const result = (await world.scan()) as ScanSummary
  expect(result.coverage).toEqual({ total: 60, assessed: 10, byState: { assessed: 10, unreachable: 50 } })
  expect((await outcomesOf(store, result.scanId))['i-0']).toBe('unreachable NotScanned')
  expect(result.targetErrors).toEqual([expect.stringContaining(`${HERE}: `)])
  expect(await store.target({ account: '111111111111', region: 'eu-central-1' })).toMatchObject({
    inventoriedAt: expect.any(String),
  })
})

test.concurrent('where a group can be neither scanned nor noted, nothing of its target is passed off as looked at', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(60) })
  world.failures.send = [awsError('AccessDeniedException', 'no ssm:SendCommand')]
  world.deps.store = refusing(store, ({ n }) => n === '0')
  const result = (await world.scan()) as ScanSummary
  expect(result.coverage).toMatchObject({ total: 10, assessed: 10 })
  expect(result.targetErrors[1]).toContain('50 of its instances were not scanned, and not counted either: ')
  const target = await store.target({ account: '111111111111', region: 'eu-central-1' })
  expect(target?.inventoriedAt).toBeUndefined()
})

test.concurrent('a canary that breaks leaves no instance out, and what it brought stands', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(60) }, '', { newCollector: true })
  world.deps.store = {
    ...store,
    putCanary: async () => Promise.reject(awsError('ValidationException', 'the table is odd')),
  }
  const result = (await world.scan()) as ScanSummary
  expect(result.coverage).toEqual({ total: 60, assessed: 1, byState: { assessed: 1, unreachable: 59 } })
  expect(Object.keys(await outcomesOf(store, result.scanId))).toHaveLength(60)
  expect(result).toMatchObject({
    changes: 1,
    targetErrors: [expect.stringContaining('could not be scanned')],
  })
})

test.concurrent('without rights to send nothing is tried again, and the reason is told', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' } })
  world.failures.send = [awsError('AccessDeniedException', 'no ssm:SendCommand')]
  const result = (await world.scan()) as ScanSummary
  expect(result.targetErrors).toEqual([`${HERE}: the command could not be sent: no ssm:SendCommand`])
  expect(await outcomesOf(store, result.scanId)).toEqual({ 'i-1': 'unreachable NotSent' })
  expect(world.sent).toEqual([])
})

test.concurrent('what an earlier scan could not tell counts as untold also where a later one has nothing to tell', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'FAIL' } })
  world.failures.publish = Array(8).fill(awsError('NotFound', 'no such topic'))
  expect(await world.scan()).toMatchObject({ digest: 'frozen', unpublished: 1 })
  world.advance(60)
  expect(await world.scan()).toMatchObject({ digest: 'none', unpublished: 1 })
  expect(world.recorded.map(({ unpublished }) => unpublished)).toEqual([1, 1])
  world.failures.publish = []
  world.advance(60)
  expect(await world.scan()).toMatchObject({ digest: 'none', unpublished: 0 })
})

test.concurrent('a digest that could not be published goes out with the next scan, before its own', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' } })
  world.failures.publish = Array(4).fill(awsError('NotFound', 'no such topic'))
  const first = (await world.scan()) as ScanSummary
  expect(first).toMatchObject({ status: 'closed', digest: 'frozen' })
  world.fleet[HERE] = { 'i-1': 'FAIL' }
  world.advance(60)
  const second = (await world.scan()) as ScanSummary
  expect(world.published.map(({ scanId }) => scanId)).toEqual([first.scanId, second.scanId])
  expect(await store.unpublishedDigests()).toEqual([])
})

test.concurrent('a scan that breaks is closed as failed and gives the lock back', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(
    {
      ...store,
      countFindings: async () => Promise.reject(awsError('ValidationException', 'the table is odd')),
    },
    { [HERE]: { 'i-1': 'PASS' } },
  )
  await expect(world.scan({ scanId: 'broken' })).rejects.toThrow('the table is odd')
  expect((await store.scan('broken'))?.status).toBe('failed')
  const next = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' } })
  expect(await next.scan()).toMatchObject({ status: 'closed' })
})

test.concurrent('a hundred instances that fail for one reason are one error to read', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(120) })
  world.failures.send = Array(3).fill(awsError('AccessDeniedException', 'no ssm:SendCommand'))
  const result = (await world.scan()) as ScanSummary
  expect(result.targetErrors).toEqual([`${HERE}: the command could not be sent: no ssm:SendCommand`])
  expect(result.coverage).toMatchObject({ total: 120, assessed: 0 })
})
