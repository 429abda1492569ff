import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanSummary } from '../../lambdas/run-scan/deps.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import { awsError, COLLECTOR, type FakeFleet, fakeWorld, many } from './scan.fixture.ts'

const HERE = '111111111111/eu-central-1'
const THERE = '222222222222/eu-west-1'
const here = { account: '111111111111', region: 'eu-central-1' }

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

const withNewCollector = (store: Store, fleet: FakeFleet) =>
  fakeWorld(store, fleet, '', { newCollector: true })
const outcomesOf = async (store: Store, scanId: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await store.commandResults(scanId)).flatMap(({ outcomes }) =>
      outcomes.map(({ instanceId, state, detail }) => [instanceId, detail ? `${state} ${detail}` : state]),
    ),
  )

test.concurrent('a new collector goes to one instance of each target, then to the others, and to nobody twice', async () => {
  const store = await tables.newStore()
  const world = withNewCollector(store, { [HERE]: many(101), [THERE]: { 'i-x': 'PASS', 'i-y': 'FAIL' } })
  expect(await world.scan()).toMatchObject({ coverage: { total: 103, assessed: 103 }, targetErrors: [] })
  const sizes = (target: string) =>
    world.sent.filter((each) => each.target === target).map(({ instanceIds }) => instanceIds.length)
  expect(sizes(HERE)).toEqual([1, 50, 50])
  expect(sizes(THERE)).toEqual([1, 1])
  const all = world.sent.flatMap(({ target, instanceIds }) => instanceIds.map((id) => `${target}/${id}`))
  expect(new Set(all).size).toBe(all.length)
})

test.concurrent('once it has passed, a target gets it at once, until the next collector', async () => {
  const store = await tables.newStore()
  const world = withNewCollector(store, { [HERE]: many(3) })
  await world.scan()
  expect(await store.target(here)).toMatchObject({ collectorHash: COLLECTOR })
  world.advance(60)
  await world.scan()
  expect(world.sent.map(({ instanceIds }) => instanceIds.length)).toEqual([1, 2, 3])
  world.deps.collectorHash = 'another'
  world.advance(60)
  await world.scan()
  expect(world.sent.slice(3).map(({ instanceIds }) => instanceIds.length)).toEqual([1, 2])
})

test.concurrent('a canary that is silent or prints nothing readable is followed by another', async () => {
  const store = await tables.newStore()
  const world = withNewCollector(store, { [HERE]: { 'i-0': 'silent', 'i-1': 'ERROR', ...more(5) } })
  const result = (await world.scan()) as ScanSummary
  expect(world.sent.map(({ instanceIds }) => instanceIds)).toEqual([
    ['i-0'],
    ['i-1'],
    ['i-m0'],
    ['i-m1', 'i-m2', 'i-m3', 'i-m4'],
  ])
  expect(result).toMatchObject({ coverage: { total: 7, assessed: 6 }, targetErrors: [] })
})

test.concurrent('after three that failed the target is halted: nothing else is sent there, other targets go on', async () => {
  const store = await tables.newStore()
  const broken = { 'i-0': 'ERROR', 'i-1': 'ERROR', 'i-2': 'ERROR', ...more(60) } as const
  const world = withNewCollector(store, { [HERE]: broken, [THERE]: { 'i-x': 'PASS' } })
  const result = (await world.scan()) as ScanSummary
  expect(
    world.sent.filter(({ target }) => target === HERE).flatMap(({ instanceIds }) => instanceIds),
  ).toEqual(['i-0', 'i-1', 'i-2'])
  expect(result.coverage).toMatchObject({ total: 64, assessed: 4, byState: { unreachable: 60 } })
  expect(result.targetErrors).toEqual([
    `${HERE}: halted: the collector ${COLLECTOR.slice(0, 12)} is new here, and brought nothing readable from i-0, i-1, i-2; it was sent to no other instance`,
  ])
  expect((await outcomesOf(store, result.scanId))['i-m59']).toBe('unreachable CanaryFailed')
  expect((await store.target(here))?.collectorHash).toBeUndefined()

  // The next scan tries three others, so that a target is not halted for good by three broken instances.
  world.advance(60)
  expect(await world.scan()).toMatchObject({ coverage: { total: 64, assessed: 64 }, targetErrors: [] })
  expect(world.sent.filter(({ target }) => target === HERE)[3]?.instanceIds).toEqual(['i-m0'])
})

test.concurrent('a target with one broken instance is not called halted: there was nobody else to spare', async () => {
  const store = await tables.newStore()
  const world = withNewCollector(store, { [HERE]: { 'i-0': 'ERROR' } })
  expect(await world.scan()).toMatchObject({ coverage: { total: 1, assessed: 1 }, targetErrors: [] })
})

test.concurrent('a single instance that is slow gets the whole time, canary or not', async () => {
  const world = withNewCollector(await tables.newStore(), { [HERE]: { 'i-0': 'silent' } })
  const result = (await world.scan()) as ScanSummary
  expect(Date.parse(result.closedAt) - Date.parse(result.openedAt)).toBeGreaterThanOrEqual(15 * 60_000)
})

test.concurrent('without rights to send, the reason is told and the others are left alone', async () => {
  const world = withNewCollector(await tables.newStore(), { [HERE]: many(60) })
  world.failures.send = Array(3).fill(awsError('AccessDeniedException', 'no ssm:SendCommand'))
  const result = (await world.scan()) as ScanSummary
  expect(world.sent).toEqual([])
  expect(result.targetErrors[0]).toBe(`${HERE}: the command could not be sent: no ssm:SendCommand`)
  expect(result.coverage).toMatchObject({ total: 60, assessed: 0 })
})

const more = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`i-m${i}`, 'PASS' as const]))
