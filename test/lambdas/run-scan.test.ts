import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanSummary } from '../../lambdas/run-scan/deps.ts'
import { startTables } from '../store/table.fixture.ts'
import { fakeWorld, many, START } from './scan.fixture.ts'

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

test.concurrent('a scan finds, sends, waits, has judged, tells and closes', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, {
    [HERE]: {
      'i-good': 'PASS',
      'i-fails': 'FAIL',
      'i-off': { skipped: 'stopped' },
      'i-lone': { skipped: 'unmanaged' },
    },
    [THERE]: { 'i-odd': 'ERROR' },
  })
  const result = await world.scan({ scheduledTime: '2026-01-31T11:59:30Z' })
  expect(result).toEqual({
    scanId: '20260131T115930Z',
    status: 'closed',
    openedAt: START.toISOString(),
    closedAt: expect.any(String),
    coverage: { total: 4, assessed: 3, byState: { assessed: 3, stopped: 1, unmanaged: 1 } },
    findings: { PASS: 1, FAIL: 1, ERROR: 1 },
    changes: 3,
    digest: 'published',
    unpublished: 0,
    targetErrors: [],
  })
  expect(await store.scan('20260131T115930Z')).toMatchObject({
    status: 'closed',
    trigger: 'schedule',
    targets: 2,
    deadlineAt: '2026-01-31T12:15:00.000Z',
    digest: 'published',
    changes: 3,
  })
  expect(world.published.map(({ subject }) => subject)).toEqual([
    'fleet-scanner, first scan: 1 failing, 1 could not be judged, 3 of 4 assessed',
  ])
  expect(world.sent.map(({ target, instanceIds }) => [target, instanceIds]).sort()).toEqual([
    [HERE, ['i-good', 'i-fails']],
    [THERE, ['i-odd']],
  ])
  expect(world.sent.every(({ deliverySeconds }) => deliverySeconds === 120)).toBe(true)
  expect(world.recorded).toEqual([result])
  expect(await store.unpublishedDigests()).toEqual([])
  expect(await store.target({ account: '111111111111', region: 'eu-central-1' })).toMatchObject({
    coverage: { total: 3, assessed: 2 },
  })
})

test.concurrent('a second scan of an unchanged fleet says nothing; a recovery is told once', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'FAIL', 'i-2': 'PASS' } })
  await world.scan()
  world.advance(60)
  expect(await world.scan()).toMatchObject({ digest: 'none', changes: 0, findings: { FAIL: 1, PASS: 1 } })
  expect(world.published).toHaveLength(1)

  world.fleet[HERE] = { 'i-1': 'PASS', 'i-2': 'PASS' }
  world.advance(60)
  const third = (await world.scan()) as ScanSummary
  expect(third).toMatchObject({ digest: 'published', changes: 1 })
  expect(world.published.map(({ subject }) => subject).slice(1)).toEqual(['fleet-scanner: 1 recovered'])
  expect(await store.digest(third.scanId, 'default')).toMatchObject({ messageId: 'message-2' })

  world.advance(60)
  await world.scan()
  expect(world.published).toHaveLength(2)
})

test.concurrent('more than fifty instances go out in commands of at most fifty, each judged by itself', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(120) })
  expect(await world.scan()).toMatchObject({
    coverage: { total: 120, assessed: 120 },
    findings: { PASS: 120 },
  })
  expect(world.sent.map(({ instanceIds }) => instanceIds.length).sort()).toEqual([20, 50, 50])
  expect(world.parsed.map(({ n }) => n).sort()).toEqual(['0', '1', '2'])
  expect(new Set(world.sent.flatMap(({ instanceIds }) => instanceIds)).size).toBe(120)
})

test.concurrent('the silent are given up at the deadline, and their command is judged with what there is', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS', 'i-mute': 'silent' } }, 'deadlineMinutes: 5\n')
  const result = (await world.scan()) as ScanSummary
  expect(result.coverage).toMatchObject({ total: 2, assessed: 1, byState: { unreachable: 1 } })
  expect(world.parsed).toMatchObject([{ deadlinePassed: true }])
  expect(Date.parse(result.closedAt) - START.getTime()).toBeGreaterThanOrEqual(300_000)
  expect(Date.parse(result.closedAt) - START.getTime()).toBeLessThan(400_000)
})

test.concurrent('who answers in time is not waited for until the deadline', async () => {
  const world = fakeWorld(await tables.newStore(), { [HERE]: { 'i-1': 'PASS' } })
  await world.scan()
  expect(world.parsed).toMatchObject([{ deadlinePassed: false }])
})

test.concurrent('a failing instance that is gone is told of once, as gone and not as recovered', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'FAIL', 'i-2': 'PASS', 'i-3': 'PASS' } })
  await world.scan()
  world.fleet[HERE] = { 'i-2': 'PASS' }
  world.advance(60)
  expect(await world.scan()).toMatchObject({
    coverage: { total: 1, byState: { retired: 2 } },
    findings: { PASS: 1 },
    digest: 'published',
  })
  expect(world.published[1]?.subject).toBe('fleet-scanner: 1 left the fleet unmended')
  expect(world.published[1]?.attributes).toMatchObject({ worst: 'NONE', severity: 'none' })
  expect(world.published[1]?.bodies.email).not.toMatch(/recovered/i)
  world.advance(60)
  expect(await world.scan()).toMatchObject({ coverage: { byState: { assessed: 1 } }, digest: 'none' })
  expect(world.published).toHaveLength(2)
})

test.concurrent('two scans that start at the same moment: one runs, the other is refused and says why', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' } })
  const results = await Promise.all([world.scan({ scanId: 'a' }), world.scan({ scanId: 'b' })])
  expect(results.map(({ status }) => status).sort()).toEqual(['closed', 'refused'])
  const refused = results.find(({ status }) => status === 'refused')
  expect(refused).toMatchObject({ message: expect.stringMatching(/scan [ab] is still open .*wait for it/) })
  expect(world.sent).toHaveLength(1)
  expect(await store.scans()).toHaveLength(1)
})

test.concurrent('an overlapping scan is refused, says which one is open, and leaves it alone', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' } })
  await store.openScan({
    scanId: 'other',
    status: 'open',
    trigger: 'manual',
    openedAt: START.toISOString(),
    deadlineAt: new Date(START.getTime() + 60_000).toISOString(),
    targets: 1,
    engineVersion: '1',
  })
  const result = await world.scan()
  expect(result).toMatchObject({ status: 'refused', message: expect.stringContaining('other is still open') })
  expect(world.sent).toEqual([])
  expect((await store.scan('other'))?.status).toBe('open')
  expect(await store.scan(result.scanId)).toBeUndefined()
})

test.concurrent('a schedule that is delivered twice scans once', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' } })
  const event = { scheduledTime: '2026-01-31T12:00:00Z' }
  await world.scan(event)
  expect(await world.scan(event)).toMatchObject({
    status: 'refused',
    message: expect.stringContaining('already ended'),
  })
  expect(world.sent).toHaveLength(1)
})

test.concurrent('a schedule that is delivered a second time while its scan is under way scans once', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'PASS' } })
  const event = { scheduledTime: '2026-01-31T12:00:00Z' }
  const second = Promise.withResolvers<unknown>()
  world.hooks.onLook = async () => {
    world.hooks.onLook = async () => {}
    second.resolve(await world.run(event))
  }
  expect(await world.scan(event)).toMatchObject({ status: 'closed', coverage: { assessed: 1 } })
  expect(await second.promise).toMatchObject({
    status: 'refused',
    message: expect.stringContaining('20260131T120000Z is still open'),
  })
  expect(world.sent).toHaveLength(1)
})

test.concurrent.each([{ scanid: 'x' }, { scanId: 'a b' }, { scheduledTime: 'noon' }, 'now'])(
  'the event %j starts nothing',
  async (event) => {
    const world = fakeWorld(await tables.newStore(), { [HERE]: { 'i-1': 'PASS' } })
    await expect(world.scan(event)).rejects.toThrow()
    expect(world.sent).toEqual([])
  },
)
