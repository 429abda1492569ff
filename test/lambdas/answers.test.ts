import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AnswersNotReadyError } from '../../lambdas/parse-results/parse-results.ts'
import type { ScanSummary } from '../../lambdas/run-scan/deps.ts'
import { startTables } from '../store/table.fixture.ts'
import { awsError, fakeWorld, many } from './scan.fixture.ts'

const HERE = '111111111111/eu-central-1'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

test.concurrent('judging is told how many instances a command reached, by its own count', async () => {
  const world = fakeWorld(await tables.newStore(), { [HERE]: many(3) })
  await world.scan()
  expect(world.parsed.map(({ reached, deadlinePassed }) => [reached, deadlinePassed])).toEqual([[3, false]])
})

test.concurrent('answers that are not there yet are asked for again; at last what is there is judged', async () => {
  const world = fakeWorld(await tables.newStore(), { [HERE]: many(3) })
  world.failures.parse = Array(3).fill(new AnswersNotReadyError('too early'))
  expect(await world.scan()).toMatchObject({ coverage: { total: 3, assessed: 3 }, targetErrors: [] })
  expect(world.parsed.map(({ deadlinePassed }) => deadlinePassed)).toEqual([false, false, false, true])
})

test.concurrent('without the right to follow a command it is waited for until it must have ended, and judged; the reason is told', async () => {
  const world = fakeWorld(await tables.newStore(), { [HERE]: many(2) })
  world.failures.progress = Array(50).fill(awsError('AccessDeniedException', 'no ssm:ListCommands'))
  const result = (await world.scan()) as ScanSummary
  expect(result).toMatchObject({
    coverage: { total: 2, assessed: 2 },
    targetErrors: [`${HERE}: how far a command is could not be read: no ssm:ListCommands`],
  })
  // Two minutes to be delivered and one to run, not the quarter of an hour until the deadline.
  const seconds = (Date.parse(result.closedAt) - Date.parse(result.openedAt)) / 1000
  expect(seconds).toBeGreaterThanOrEqual(180)
  expect(seconds).toBeLessThan(400)
  expect(world.parsed.map(({ reached, deadlinePassed }) => [reached, deadlinePassed])).toEqual([
    [undefined, true],
  ])
})

test.concurrent('a right that comes back in time is no error', async () => {
  const world = fakeWorld(await tables.newStore(), { [HERE]: many(2) })
  world.failures.progress = [awsError('AccessDeniedException', 'no ssm:ListCommands')]
  expect(await world.scan()).toMatchObject({ coverage: { assessed: 2 }, targetErrors: [] })
})

test.concurrent('both reasons are told where a command can neither be followed nor judged', async () => {
  const world = fakeWorld(await tables.newStore(), { [HERE]: many(2) })
  world.failures.progress = Array(50).fill(awsError('AccessDenied', 'no role'))
  world.failures.parse = Array(4).fill(awsError('AccessDenied', 'no other role'))
  const result = (await world.scan()) as ScanSummary
  expect(result.targetErrors).toEqual([
    `${HERE}: how far a command is could not be read: no role`,
    expect.stringContaining('was not judged'),
  ])
  expect(result.coverage).toMatchObject({ total: 2, assessed: 0 })
})
