import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endOfDay } from '../../shared/waivers/policy.ts'
import { granted } from '../../shared/waivers/revisions.ts'
import { RULE } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { fakeWorld, START } from './scan.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

const HOURS = 60
const request = {
  ...{ rule: RULE, scope: { kind: 'account', value: '111111111111' } as const },
  ...{ reason: 'r', ticket: 't' },
}
const HERE = '111111111111/eu-central-1'

test('a waived failure alerts by itself when its waiver ends, also one that only began to fail under it', async () => {
  const store = await tables.newStore()
  const fleet = { [HERE]: { 'i-old': 'FAIL' as const, 'i-young': 'PASS' as 'PASS' | 'FAIL' } }
  const world = fakeWorld(store, fleet)
  const told = async () => {
    const before = world.published.length
    await world.scan()
    return world.published
      .slice(before)
      .map(({ bodies }) => bodies.email ?? '')
      .join('\n')
  }
  expect(await told()).toContain('i-old')
  world.advance(1)
  const asked = { ...request, until: endOfDay('2026-02-01') ?? '' }
  const waiver = granted(asked, { who: 'alice', at: world.deps.now().toISOString() }, [])
  await store.putWaiver(waiver, undefined)

  // From noon of 31 January on: the second scan is on the waiver's last evening.
  expect(START.toISOString()).toBe('2026-01-31T12:00:00.000Z')
  world.advance(35 * HOURS)
  fleet[HERE]['i-young'] = 'FAIL'
  expect(await told()).not.toContain('i-young')
  world.advance(3 * HOURS)
  const after = await told()
  for (const instance of ['i-old', 'i-young']) expect(after).toContain(instance)
  expect(after).toContain(waiver.id)
  world.advance(24 * HOURS)
  expect(await told()).not.toContain(waiver.id)
})

test('a failure that a scan of chosen instances counted under a waiver of that day only is told by the next whole scan', async () => {
  const store = await tables.newStore()
  const fleet = { [HERE]: { 'i-1': 'PASS' as 'PASS' | 'FAIL' } }
  const world = fakeWorld(store, fleet)
  await world.scan()
  world.advance(1 * HOURS)
  const asked = { ...request, until: endOfDay('2026-01-31') ?? '' }
  await store.putWaiver(granted(asked, { who: 'alice', at: world.deps.now().toISOString() }, []), undefined)
  world.advance(9 * HOURS)
  fleet[HERE]['i-1'] = 'FAIL'
  const before = world.published.length
  await world.scan({ only: ['i-1'] })
  world.advance(14 * HOURS)
  await world.scan()
  expect(world.published.slice(before).map(({ subject }) => subject)).toEqual([
    'fleet-scanner: 1 no longer waived, 1 waiver(s) ending',
  ])
})
