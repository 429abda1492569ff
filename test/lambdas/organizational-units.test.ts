import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanPlan, ScanSummary } from '../../lambdas/run-scan/deps.ts'
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

const A = '111111111111'
const B = '222222222222'
const C = '333333333333'
const UNIT = 'ou-ab12-11111111'
const OTHER = 'ou-ab12-22222222'
const REGION = 'eu-central-1'
const DENIED = awsError('AccessDeniedException', 'you may not list accounts')
const LONG = 'deadlineMinutes: 120\n'

const entry = (place: string, role = 'member') =>
  `  - { ${place}, regions: [${REGION}], role: ${role}, selectors: [{ role: control-plane }] }\n`

const world = async (
  organization: Record<string, string[] | Error>,
  targets: string,
  more: FakeFleet = {},
) => {
  const fleet: FakeFleet = {
    [`${A}/${REGION}`]: { 'i-a': 'PASS' },
    [`${B}/${REGION}`]: { 'i-b': 'FAIL' },
    [`${C}/${REGION}`]: { 'i-c': 'PASS' },
    ...more,
  }
  return fakeWorld(await tables.newStore(), fleet, LONG, { organization, targets })
}

const TWO_UNITS = entry(`organizationalUnits: [${UNIT}, ${OTHER}]`) + entry(`account: ${A}`, 'own')

test.concurrent('the accounts of a unit are scanned, each once, and one that is named with what is said of it', async () => {
  const { scan, parsed } = await world({ [UNIT]: [A, B], [OTHER]: [B, C] }, TWO_UNITS)
  expect(await scan({ scanId: 's' })).toMatchObject({
    status: 'closed',
    coverage: { total: 3, assessed: 3 },
    targetErrors: [],
  })
  const roles = parsed.map(({ target }) => target.roles.sender).sort()
  expect(roles).toEqual([
    `arn:aws:iam::${A}:role/own-sender`,
    `arn:aws:iam::${B}:role/member-sender`,
    `arn:aws:iam::${C}:role/member-sender`,
  ])
})

test.concurrent('a unit that cannot be listed is reported, stops no other, and loses none of its accounts', async () => {
  const organization: Record<string, string[] | Error> = { [UNIT]: [B], [OTHER]: DENIED }
  const { scan, run, advance, deps } = await world(organization, TWO_UNITS)
  // Nothing is known of it before.
  const first = (await scan({ scanId: 's1' })) as ScanSummary
  expect(first).toMatchObject({ status: 'closed', coverage: { total: 2, assessed: 2 } })
  expect(first.targetErrors).toEqual([
    `${OTHER}: its accounts could not be listed: you may not list accounts; none is known from an earlier scan, so none of it was looked at`,
  ])
  expect(await deps.store.scan('s1')).toMatchObject({ targets: 2 })

  advance(200)
  organization[OTHER] = [C]
  expect(await scan()).toMatchObject({ coverage: { total: 3, assessed: 3 }, targetErrors: [] })

  advance(200)
  organization[OTHER] = DENIED
  organization[UNIT] = DENIED
  const third = (await scan()) as ScanSummary
  expect(third).toMatchObject({ status: 'closed', coverage: { total: 3, assessed: 3 } })
  expect(third.targetErrors).toEqual([
    expect.stringMatching(new RegExp(`^${UNIT}: .*those of the last scan were looked at$`)),
    expect.stringMatching(new RegExp(`^${OTHER}: .*those of the last scan were looked at$`)),
  ])
  const plan = await run<ScanPlan>({ dryRun: true })
  expect(plan.targets.map(({ account }) => account)).toEqual([A, B, C])
  expect(plan.targetErrors).toHaveLength(2)
})

test.concurrent('what an account that left its unit failed in is closed, once all units are known', async () => {
  const organization: Record<string, string[] | Error> = { [UNIT]: [A, B], [OTHER]: [C] }
  const { scan, advance, deps } = await world(organization, TWO_UNITS)
  await scan({ scanId: 's1' })
  const ofB = () => deps.store.history({ account: [B] })

  // It may be in the other unit by now.
  advance(200)
  organization[UNIT] = [A]
  organization[OTHER] = DENIED
  await scan({ scanId: 's2' })
  expect(await ofB()).toHaveLength(1)

  advance(200)
  organization[OTHER] = [C]
  // Instances that are named are no reason to look at who left.
  await scan({ scanId: 's3', only: ['i-a'] })
  expect(await ofB()).toHaveLength(1)
  advance(200)
  const whole = (await scan({ scanId: 's4' })) as ScanSummary
  expect(whole).toMatchObject({
    coverage: { total: 2, assessed: 2, byState: { 'left-scope': 1 } },
    findings: { PASS: 2 },
    changes: 1,
    targetErrors: [],
  })
  expect((await ofB()).at(-1)).toMatchObject({ scanId: 's4', to: 'FAIL', closed: 'left-scope' })

  advance(200)
  expect(await scan()).toMatchObject({ changes: 0, coverage: { byState: { assessed: 2 } } })
  // It comes back with the account.
  advance(200)
  organization[OTHER] = [B, C]
  expect(await scan()).toMatchObject({ changes: 1, findings: { PASS: 2, FAIL: 1 } })
})

test.concurrent('that an account has left is recorded whole also where the record is only written at a second try', async () => {
  const organization: Record<string, string[] | Error> = { [UNIT]: [A, B], [OTHER]: [C] }
  const { scan, advance, deps } = await world(organization, TWO_UNITS)
  await scan({ scanId: 's1' })
  advance(200)
  organization[UNIT] = [A]
  const { store } = deps
  let tries = 0
  deps.store = {
    ...store,
    putCommandResult: async (result) => {
      if (result.n === 'left' && tries++ === 0) throw new Error('the table is slow')
      return store.putCommandResult(result)
    },
  }
  expect(await scan()).toMatchObject({ changes: 1, coverage: { byState: { assessed: 2, 'left-scope': 1 } } })
  expect(tries).toBe(2)
})

test.concurrent('a unit without any active account is reported; where there is nothing else the scan has failed', async () => {
  const { scan } = await world({ [UNIT]: [] }, entry(`organizationalUnits: [${UNIT}]`))
  expect(await scan()).toMatchObject({
    status: 'failed',
    coverage: { total: 0 },
    targetErrors: [`${UNIT}: it holds no active account`],
  })
})

test.concurrent('a chosen instance is found in the accounts of a unit, and the error of another one does not matter', async () => {
  const { scan } = await world({ [UNIT]: [B], [OTHER]: DENIED }, TWO_UNITS)
  expect(await scan({ only: ['i-b'] })).toMatchObject({ coverage: { total: 1 }, targetErrors: [] })
  expect(await scan({ only: ['i-c'] })).toMatchObject({
    targetErrors: [expect.stringContaining(OTHER), expect.stringContaining('i-c')],
  })
})

test.concurrent('many accounts of a unit are scanned in executions of their own, and can be cancelled', async () => {
  const accounts = Array.from({ length: 12 }, (_, n) => String(700_000_000_000 + n))
  const fleet: FakeFleet = Object.fromEntries(accounts.map((id) => [`${id}/${REGION}`, { 'i-x': 'PASS' }]))
  const large = await world(
    { [UNIT]: accounts },
    entry(`account: ${A}`) + entry(`organizationalUnits: [${UNIT}]`),
    fleet,
  )
  expect(await large.scan({ scanId: 's' })).toMatchObject({
    coverage: { total: 13, assessed: 13 },
    targetErrors: [],
  })
  expect(large.executions).toHaveLength(14)
  expect(large.executions[2]).toMatchObject({ target: `${accounts[0]}/${REGION}`, entry: 1 })
  large.advance(200)
  let cancelled = false
  large.hooks.onLook = async () => {
    if (cancelled) return
    cancelled = true
    await large.run({ cancel: 't' })
  }
  expect(await large.scan({ scanId: 't' })).toMatchObject({ status: 'cancelled' })
  expect(large.calledBack.length).toBeGreaterThan(0)
})

test.concurrent('an event names an account of a unit, and nothing else of how it is scanned', async () => {
  const { run, sent } = await world({ [UNIT]: [B] }, TWO_UNITS)
  const scan = {
    ...{ scanId: 's', trigger: 'manual' },
    ...{ openedAt: '2026-01-31T12:00:00.000Z', deadlineAt: '2026-01-31T12:15:00.000Z' },
  }
  for (const event of [
    { target: `${B}/us-east-1`, entry: 0 },
    { target: `${B}/${REGION}`, entry: 1 },
    { target: `${B}/${REGION}`, entry: 7 },
    { target: `${B}/${REGION}` },
  ])
    await expect(run({ scan, ...event })).rejects.toThrow('no target')
  await expect(run({ scan, target: 'x/y', entry: 0 })).rejects.toThrow()
  expect(sent).toEqual([])
})
