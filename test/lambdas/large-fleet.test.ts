import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanSummary } from '../../lambdas/run-scan/deps.ts'
import { startTables } from '../store/table.fixture.ts'
import { awsError, type FakeFleet, fakeWorld } from './scan.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

/** Every look of any target moves the world's one clock. */
const LONG = 'deadlineMinutes: 60\n'

const fleetOf = (targets: number): FakeFleet =>
  Object.fromEntries(
    Array.from({ length: targets }, (_, i) => [
      `${String(i).padStart(12, '0')}/eu-central-1`,
      { [`i-${i}`]: 'PASS' as const, [`i-${i}x`]: i === 3 ? ('FAIL' as const) : ('PASS' as const) },
    ]),
  )

test.concurrent('with more than ten targets each is scanned in an execution of its own, to the same end', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, fleetOf(12), LONG)
  const result = (await world.scan({ scanId: 's' })) as ScanSummary
  expect(result).toMatchObject({
    status: 'closed',
    coverage: { total: 24, assessed: 24 },
    findings: { PASS: 23, FAIL: 1 },
    changes: 24,
    digest: 'published',
    targetErrors: [],
  })
  expect(world.executions).toHaveLength(13)
  expect(world.executions[1]).toMatchObject({ target: '000000000000/eu-central-1', scan: { scanId: 's' } })
  expect(world.published).toHaveLength(1)
})

test.concurrent('ten targets need no execution but the scan’s', async () => {
  const world = fakeWorld(await tables.newStore(), fleetOf(10), LONG)
  expect(await world.scan()).toMatchObject({ coverage: { total: 20, assessed: 20 } })
  expect(world.executions).toHaveLength(1)
})

test.concurrent('a target whose execution fails stops no other', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, fleetOf(12), LONG)
  world.deps.store = {
    ...store,
    putTarget: async (key, state) => {
      if (key.account === '000000000005') throw awsError('ValidationException', 'the table is odd')
      return store.putTarget(key, state)
    },
  }
  const result = (await world.scan()) as ScanSummary
  // What it had judged before it broke is recorded, and counts.
  expect(result).toMatchObject({ status: 'closed', coverage: { total: 24, assessed: 24 } })
  expect(result.targetErrors).toEqual([expect.stringContaining('000000000005/eu-central-1: ')])
  expect(result.targetErrors[0]).toContain('the table is odd')
})

test.concurrent('the known instances of a target whose execution fails are counted as unreachable', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, fleetOf(12), LONG)
  await world.scan()
  world.advance(60)
  world.deps.store = {
    ...store,
    putCommandResult: async (result) => {
      if (result.account === '000000000005' && result.n === 'inventory')
        throw awsError('ValidationException', 'the table is odd')
      return store.putCommandResult(result)
    },
  }
  const result = (await world.scan()) as ScanSummary
  expect(result).toMatchObject({
    status: 'closed',
    coverage: { total: 24, assessed: 22, byState: { unreachable: 2 } },
  })
  expect(result.targetErrors).toEqual([expect.stringContaining('000000000005/eu-central-1: ')])
  const outcomes = (await store.commandResults(result.scanId)).flatMap((each) => each.outcomes)
  expect(outcomes).toHaveLength(24)
  expect(outcomes).toContainEqual({ instanceId: 'i-5', state: 'unreachable', detail: 'InventoryFailed' })
})

test.concurrent('a target that can be neither scanned nor noted takes no other with it, and is told of', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, fleetOf(12), LONG)
  await world.scan()
  world.advance(60)
  const broken = ['000000000005', '000000000006']
  world.deps.store = {
    ...store,
    putCommandResult: async (result) => {
      if (broken.includes(result.account) && (result.n === 'inventory' || result.account === broken[0]))
        throw awsError('ValidationException', 'the table is odd')
      return store.putCommandResult(result)
    },
  }
  const result = (await world.scan()) as ScanSummary
  expect(result).toMatchObject({ status: 'closed', coverage: { total: 22, assessed: 20 } })
  expect(result.targetErrors).toHaveLength(3)
  expect(result.targetErrors[2]).toMatch(/^000000000005.*: its known instances could not be counted: /)
})

test.concurrent('a large scan can be cancelled, and chosen instances of it scanned', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, fleetOf(14), LONG)
  let cancelled = false
  world.hooks.onLook = async () => {
    if (cancelled) return
    cancelled = true
    await world.run({ cancel: 's' })
  }
  expect(await world.scan({ scanId: 's' })).toMatchObject({ status: 'cancelled' })
  expect(world.sent.length).toBeLessThan(14)
  delete world.hooks.onLook
  world.advance(60)
  const chosen = (await world.scan({ only: ['i-3x'] })) as ScanSummary
  expect(chosen).toMatchObject({ status: 'closed', coverage: { total: 1, assessed: 1 }, targetErrors: [] })
})

test.concurrent('nobody can have a target scanned that the configuration does not name', async () => {
  const world = fakeWorld(await tables.newStore(), fleetOf(1), LONG)
  const scan = {
    scanId: 's',
    trigger: 'manual',
    openedAt: '2026-01-31T12:00:00.000Z',
    deadlineAt: '2026-01-31T12:15:00.000Z',
  }
  await expect(world.run({ scan, target: '999999999999/eu-central-1' })).rejects.toThrow('no target')
  expect(world.sent).toEqual([])
})
