import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { injector } from './injector.ts'
import { deaths, each, SECOND, startTwoScans, THIRD, type TwoScans } from './two-scans.fixture.ts'

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

test('a scan that died anywhere and is started again leaves the same verdicts, each change told in one digest', {
  timeout: TIME,
}, async () => {
  // At every other place: the next test goes to all of them, and this takes long.
  const cases = deaths(scans.undisturbed.effects).filter((_, n) => n % 2 === 0)
  await each(cases, async ({ place, ...fault }) => {
    const world = await scans.worldAfterFirst()
    const faults = injector({ ...fault, dies: true })
    await world.scan({ ...SECOND, faults })
    expect(faults.injected(), place).toBe(1)
    await world.scan(SECOND)
    expect(await world.end(), place).toEqual(scans.undisturbed.end)
    expect(await world.store.scan(SECOND.scanId), place).toMatchObject({ status: 'closed' })
  })
  console.log(`${cases.length} deaths of a scan, each started again`)
})

test('a scan that died anywhere and is never started again is told of by the next scan', {
  timeout: TIME,
}, async () => {
  const cases = deaths(scans.undisturbed.effects)
  await each(cases, async ({ place, ...fault }) => {
    const world = await scans.worldAfterFirst()
    await world.scan({ ...SECOND, faults: injector({ ...fault, dies: true }) })
    expect(await world.scan(THIRD), place).toMatchObject({ status: 'closed' })
    const { told, ...end } = await world.end()
    const { told: toldUndisturbed, ...expected } = scans.undisturbed.end
    expect(end, place).toEqual(expected)
    expect(Object.keys(told).sort(), place).toEqual(Object.keys(toldUndisturbed).sort())
    for (const [change, digests] of Object.entries(told))
      expect(digests, `${place}: ${change}`).toEqual([expect.stringMatching(/^s[23]$/)])
    expect(await world.store.unpublishedDigests(), place).toEqual([])
    const open = (await world.store.scans()).filter(({ status }) => status === 'open')
    expect(open, place).toEqual([])
  })
  console.log(`${cases.length} deaths of a scan, each followed by the next scan`)
})

test('what judging had changed before it broke off for good is told, and made whole by the next scan', {
  timeout: TIME,
}, async () => {
  const cases = deaths(scans.undisturbed.judging)
  await each(cases, async ({ place, ...fault }) => {
    const world = await scans.worldAfterFirst()
    await world.scan({ ...SECOND, judging: injector({ ...fault, dies: true }) })
    await world.scan(THIRD)
    const { told, ...end } = await world.end()
    const { told: _, ...expected } = scans.undisturbed.end
    expect(end, place).toEqual(expected)
    for (const [change, digests] of Object.entries(told))
      expect(digests, `${place}: ${change}`).toEqual([expect.stringMatching(/^s[23]$/)])
  })
  console.log(`${cases.length} ends of judging for good, each followed by the next scan`)
})
