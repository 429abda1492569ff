import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SECOND, startTwoScans, type TwoScans } from './two-scans.fixture.ts'

let scans: TwoScans
beforeAll(async () => {
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
  scans = await startTwoScans()
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await scans.stop()
})

test('a start that is delivered twice, at the same time, leaves what one would have left', async () => {
  for (let times = 0; times < 2; times++) {
    const world = await scans.worldAfterFirst()
    const results = await Promise.all([world.scan(SECOND), world.scan(SECOND)])
    expect(results.some((result) => result?.status === 'closed')).toBe(true)
    expect(await world.end()).toEqual(scans.undisturbed.end)
    const ids = new Set(world.published.map(({ scanId, route }) => `${scanId} ${route}`))
    expect([...ids].filter((id) => id.startsWith(SECOND.scanId))).toHaveLength(1)
  }
})

test('one that is delivered after the scan has ended does nothing', async () => {
  const world = await scans.worldAfterFirst()
  await world.scan(SECOND)
  const [stored, sent] = [await world.stored(), world.sent.length]
  expect(await world.scan(SECOND)).toMatchObject({ status: 'refused' })
  expect(await world.stored()).toEqual(stored)
  expect(world.sent).toHaveLength(sent)
})
