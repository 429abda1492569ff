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
  const request = {
    ...{ rule: RULE, scope: { kind: 'account', value: '111111111111' } as const },
    ...{ reason: 'r', ticket: 't', until: endOfDay('2026-02-01') ?? '' },
  }
  world.advance(1)
  const waiver = granted(request, { who: 'alice', at: world.deps.now().toISOString() }, [])
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
