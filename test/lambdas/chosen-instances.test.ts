import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanPlan, ScanSummary } from '../../lambdas/run-scan/deps.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { startTables } from '../store/table.fixture.ts'
import { awsError, COLLECTOR, fakeWorld, many } from './scan.fixture.ts'

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

test.concurrent('a scan of one instance sends to it alone, and says nothing of the others', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS', 'i-2': 'PASS', 'i-3': 'PASS' } })
  await world.scan()
  const fleet = await store.target(here)
  // Meanwhile i-1 breaks, i-2 breaks too, and i-3 is gone: only i-1 is asked about.
  world.fleet[HERE] = { 'i-1': 'FAIL', 'i-2': 'FAIL' }
  world.advance(60)
  const result = (await world.scan({ only: ['i-1'] })) as ScanSummary
  expect(world.sent[1]?.instanceIds).toEqual(['i-1'])
  expect(result).toMatchObject({
    status: 'closed',
    only: ['i-1'],
    coverage: { total: 1, assessed: 1, byState: { assessed: 1 } },
    changes: 1,
    targetErrors: [],
  })
  expect(await store.scan(result.scanId)).toMatchObject({ only: ['i-1'] })
  const states = (await store.nodesOf(here)).map(({ node, state }) => [node.instanceId, state])
  expect(Object.fromEntries(states)).toEqual({ 'i-1': 'assessed', 'i-2': 'assessed', 'i-3': 'assessed' })
  expect(await store.target(here)).toEqual(fleet)
  expect(world.recorded).toHaveLength(1)
})

test.concurrent('what it changes is told, and its coverage is never taken for the fleet’s', async () => {
  const store = await tables.newStore()
  const fleet = { 'i-1': 'PASS', 'i-2': 'PASS', 'i-3': 'silent' } as const
  const world = fakeWorld(store, { [HERE]: fleet }, 'deadlineMinutes: 3\n')
  const first = (await world.scan()) as ScanSummary
  world.fleet[HERE] = { ...fleet, 'i-1': 'FAIL' }
  world.advance(60)
  await world.scan({ only: ['i-1', 'i-3'] })
  expect(world.published[1]?.subject).toBe('fleet-scanner: 1 fail again after a pass')
  expect(world.published[1]?.bodies.email?.replace(/\s+/g, ' ')).toContain(
    'of some instances that were named',
  )

  world.advance(60)
  expect(await world.scan({ only: ['i-3'] })).toMatchObject({ digest: 'none', coverage: { assessed: 0 } })
  // Held against the first scan, not against the partial ones, nothing is newly lost.
  world.advance(60)
  expect(await world.scan()).toMatchObject({ digest: 'none', coverage: first.coverage })
})

test.concurrent('findings stay as fresh as the last scan of the whole fleet', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(2) })
  const { closedAt } = (await world.scan()) as ScanSummary
  world.advance(60)
  await world.scan({ only: ['i-0'] })
  const other = (await store.findings({ instance: ['i-1'] }))[0]
  expect(Date.parse(other?.assessedAt ?? '')).toBeLessThanOrEqual(Date.parse(closedAt))
})

test.concurrent('account/region/id names one of several; a name that nobody has is reported', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' }, [THERE]: { 'i-1': 'PASS' } })
  const result = (await world.scan({ only: [`${THERE}/i-1`, 'i-none'] })) as ScanSummary
  expect(world.sent.map(({ target }) => target)).toEqual([THERE])
  expect(result.targetErrors).toEqual(['i-none: no target has an instance of this id with the tags'])
  world.advance(60)
  await world.scan({ only: ['i-1'] })
  expect(
    world.sent
      .slice(1)
      .map(({ target }) => target)
      .sort(),
  ).toEqual([HERE, THERE])
})

test.concurrent('an instance that is stopped is said to be, and one that is gone is not retired by the way', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'FAIL', 'i-2': 'PASS' } })
  await world.scan()
  world.fleet[HERE] = { 'i-2': { skipped: 'stopped' } }
  world.advance(60)
  const result = await world.scan({ only: ['i-1', 'i-2'] })
  expect(result).toMatchObject({ coverage: { total: 0, byState: { stopped: 1 } } })
  expect(world.sent).toHaveLength(1)
  expect(await store.findings({ status: ['FAIL'] })).toMatchObject([
    { instanceId: 'i-1', coverage: 'assessed' },
  ])
})

test.concurrent('a dry run names who would get what, by target, and leaves no trace', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  const world = fakeWorld(store, {
    [HERE]: { 'i-1': 'PASS', 'i-2': 'PASS', 'i-off': { skipped: 'stopped' } },
    [THERE]: awsError('AccessDenied', 'no such role'),
  })
  const before = await tables.contentOf(name)
  const plan = await world.run<ScanPlan>({ dryRun: true })
  expect(plan).toEqual({
    status: 'planned',
    document: { name: collectorDocument().name, collectorHash: COLLECTOR },
    targets: [
      {
        ...here,
        toScan: [
          { instanceId: 'i-1', tags: {} },
          { instanceId: 'i-2', tags: {} },
        ],
        skipped: [{ instanceId: 'i-off', tags: {}, state: 'stopped' }],
        canary: 'i-1',
        document: 'ok',
      },
      { account: '222222222222', region: 'eu-west-1', toScan: [], skipped: [], error: 'no such role' },
    ],
  })
  expect(world.sent).toEqual([])
  expect(world.published).toEqual([])
  expect(await tables.contentOf(name)).toEqual(before)
})

test.concurrent('a dry run goes on while a scan is open, and may be of one instance', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(3) })
  let plan: ScanPlan | undefined
  world.hooks.onLook = async () => {
    plan ??= await world.run<ScanPlan>({ dryRun: true, only: ['i-2'] })
  }
  expect(await world.scan()).toMatchObject({ status: 'closed' })
  expect(plan?.targets.map(({ toScan }) => toScan.map(({ instanceId }) => instanceId))).toEqual([['i-2']])
  expect(plan?.targets[0]).not.toHaveProperty('canary')
})
