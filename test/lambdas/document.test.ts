import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanPlan, ScanSummary } from '../../lambdas/run-scan/deps.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import { awsError, fakeWorld, many } from './scan.fixture.ts'

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

const outcomesOf = async (store: Store, scanId: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await store.commandResults(scanId)).flatMap(({ outcomes }) =>
      outcomes.map(({ instanceId, state, detail }) => [instanceId, detail ? `${state} ${detail}` : state]),
    ),
  )

const PROBLEM = 'the document X is missing: deploy the member document stack there'
const MISSING = { state: 'missing', problem: PROBLEM } as const

test.concurrent('without the document nothing is sent, nobody is silently missing, and no other target is stopped', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, {
    [HERE]: { ...many(60), 'i-off': { skipped: 'stopped' } },
    [THERE]: { 'i-x': 'PASS' },
  })
  await world.scan()
  world.documents[HERE] = MISSING
  world.advance(60)
  const before = world.sent.length
  const result = (await world.scan()) as ScanSummary
  expect(world.sent.slice(before).map(({ target }) => target)).toEqual([THERE])
  expect(result).toMatchObject({
    status: 'closed',
    coverage: { total: 61, assessed: 1, byState: { assessed: 1, unreachable: 60, stopped: 1 } },
    targetErrors: [`${HERE}: ${PROBLEM}`],
  })
  expect(await outcomesOf(store, result.scanId)).toMatchObject({
    'i-0': 'unreachable DocumentMissing',
    'i-59': 'unreachable DocumentMissing',
    'i-off': 'stopped',
    'i-x': 'assessed',
  })
  // What was found before stands, as old as it is.
  expect(await store.findings({ instance: ['i-0'] })).toMatchObject([
    { status: 'PASS', coverage: 'unreachable' },
  ])

  delete world.documents[HERE]
  world.advance(60)
  expect(await world.scan()).toMatchObject({ coverage: { total: 61, assessed: 61 }, targetErrors: [] })
})

test.concurrent('the target is told of, not each of its instances, however long the document is missing', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(3) })
  await world.scan()
  world.documents[HERE] = MISSING
  for (let i = 0; i < 3; i++) {
    world.advance(60)
    await world.scan()
  }
  expect(world.published.map(({ subject }) => subject)).toEqual([
    expect.stringContaining('first scan'),
    expect.stringContaining('1 target out of reach'),
  ])
})

test.concurrent('a canary is not spent on a document that somebody has changed', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(3) }, '', { newCollector: true })
  world.documents[HERE] = { state: 'changed', problem: 'somebody has changed it' }
  const result = (await world.scan()) as ScanSummary
  expect(world.sent).toEqual([])
  expect((await outcomesOf(store, result.scanId))['i-2']).toBe('unreachable DocumentChanged')
  expect(
    (await store.target({ account: '111111111111', region: 'eu-central-1' }))?.canaryFailures,
  ).toBeUndefined()
})

test.concurrent('a document that may not be read is not trusted', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(1) })
  world.failures.document = [awsError('AccessDeniedException', 'no ssm:GetDocument')]
  const result = (await world.scan()) as ScanSummary
  expect(world.sent).toEqual([])
  expect(result.targetErrors).toEqual([`${HERE}: its document could not be read: no ssm:GetDocument`])
  expect(await outcomesOf(store, result.scanId)).toEqual({ 'i-0': 'unreachable DocumentUnread' })
})

test.concurrent('throttling is waited out, and where nothing is to be sent nobody looks', async () => {
  const world = fakeWorld(await tables.newStore(), {
    [HERE]: many(1),
    [THERE]: { 'i-off': { skipped: 'stopped' } },
  })
  world.failures.document = [awsError('ThrottlingException')]
  world.documents[THERE] = MISSING
  expect(await world.scan()).toMatchObject({ coverage: { total: 1, assessed: 1 }, targetErrors: [] })
})

test.concurrent('a dry run says of each target what its document is, and what to do', async () => {
  const world = fakeWorld(await tables.newStore(), {
    [HERE]: many(1),
    [THERE]: { 'i-off': { skipped: 'stopped' } },
  })
  world.documents[THERE] = MISSING
  const { targets } = await world.run<ScanPlan>({ dryRun: true })
  expect(targets.map(({ document, documentProblem }) => [document, documentProblem])).toEqual([
    ['ok', undefined],
    ['missing', PROBLEM],
  ])
  world.failures.document = Array(2).fill(awsError('AccessDeniedException', 'no ssm:GetDocument'))
  const [unread] = (await world.run<ScanPlan>({ dryRun: true })).targets
  expect(unread).toMatchObject({
    document: 'unread',
    documentProblem: 'its document could not be read: no ssm:GetDocument',
    toScan: [{ instanceId: 'i-0' }],
  })
})

test.concurrent('only a check looks beyond the selectors, and it never scans', async () => {
  const world = fakeWorld(await tables.newStore(), { [HERE]: many(1) })
  expect((await world.run<ScanPlan>({ dryRun: true })).targets[0]).not.toHaveProperty('outside')
  for (const event of [{ dryRun: true, check: true }, { check: true }])
    expect(await world.run<ScanPlan>(event)).toMatchObject({
      status: 'planned',
      targets: [{ outside: { instances: [], count: 0 } }],
    })
  expect(world.sent).toEqual([])
})
