import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { injector } from './injector.ts'
import { each, failuresAt, SECOND, startTwoScans, type TwoScans } from './two-scans.fixture.ts'

/** Hundreds of scans, which wait in real time. */
const TIME = 240_000

let scans: TwoScans
beforeAll(async () => {
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
  scans = await startTwoScans()
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await scans.stop()
})

test('a call that fails before or after it took effect is made again, and all ends as if nothing had failed', {
  timeout: TIME,
}, async () => {
  const cases = failuresAt(scans.undisturbed.effects, ['before', 'after'])
  let injected = 0
  await each(cases, async ({ place, ...fault }) => {
    const world = await scans.worldAfterFirst()
    const faults = injector(fault)
    const result = await world.scan({ ...SECOND, faults })
    expect({ place, ...result }).toEqual({ place, ...scans.undisturbed.result })
    expect(await world.end(), place).toEqual(scans.undisturbed.end)
    expect(await world.stored(), place).toEqual(scans.undisturbed.content)
    expect(await world.unsealed(), place).toEqual([])
    injected += faults.injected()
  })
  expect(scans.undisturbed.result).toMatchObject({ status: 'closed', digest: 'published' })
  expect(scans.undisturbed.effects.length).toBeGreaterThan(20)
  expect(injected).toBe(2 * scans.undisturbed.effects.length)
  console.log(`${scans.undisturbed.effects.length} side effects enumerated, ${injected} failures injected`)
})

test('each change is told in one digest, that of its scan', () => {
  expect(scans.undisturbed.end.told).toEqual(
    Object.fromEntries(Object.keys(scans.undisturbed.end.told).map((change) => [change, [SECOND.scanId]])),
  )
  expect(scans.undisturbed.end.changes).toBe(Object.keys(scans.undisturbed.end.told).length)
})
