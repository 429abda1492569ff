import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { coverageOf } from '../../shared/findings/coverage.ts'
import type { Status } from '../../shared/findings/finding.ts'
import { createQueries, type Queries } from '../../shared/queries/queries.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { Assessment, Sighting, Store } from '../../shared/store/store.ts'
import { scanned } from '../history/scans.fixture.ts'
import { countingClient } from '../store/client.fixture.ts'
import { assessment, at, finding, node, RULE, sighting } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
let tableName: string
beforeAll(async () => {
  tables = await startTables()
})
beforeEach(async () => {
  tableName = await tables.newTable()
  store = createStore(tables.client, tableName)
  await store.putTarget(node('any'), { inventoriedAt: at(0), coverage: coverageOf([]) })
})
afterAll(() => tables.stop())

const queriesAt = (minutes: number): Queries => createQueries(store, () => at(minutes))
const cluster = 'harbour'
const judged = (id: string, status: Status, more: Partial<Assessment> = {}) =>
  assessment(node(id), [finding(status)], { cluster, ...more })
const seen = (id: string, state: Sighting['state'], detail?: string) =>
  sighting(node(id), state, { cluster, ...(detail !== undefined && { detail }) })

describe('a cluster is open since', () => {
  test('its first instance was, though that has been replaced by another that fails as well', async () => {
    await scanned(store, 's1', 0, { assessed: [judged('i-a', 'PASS')] })
    await scanned(store, 's2', 100, { assessed: [judged('i-a', 'PASS')] })
    await scanned(store, 's3', 200, { assessed: [judged('i-a', 'FAIL')] })
    await scanned(store, 's4', 300, { assessed: [judged('i-b', 'FAIL')], sighted: [seen('i-a', 'retired')] })
    const { clusters } = await queriesAt(400).openClusters({})
    expect(clusters).toMatchObject([
      {
        ...{ cluster, ruleId: RULE, lastGood: { scanId: 's2' }, firstBad: { scanId: 's3' } },
        failures: [
          { instanceId: 'i-a', end: { scanId: 's4' }, closed: 'retired' },
          { instanceId: 'i-b', start: { scanId: 's4' } },
        ],
      },
    ])
    // The instance itself has never been seen good.
    const { open } = await queriesAt(400).openFindings({ cluster: [cluster] })
    expect(open).toMatchObject([{ instanceId: 'i-b', firstBad: { scanId: 's4' } }])
    expect(open[0]?.lastGood).toBeUndefined()
  })

  test('it failed anew, where a scan has seen it good in between', async () => {
    await scanned(store, 's1', 0, { assessed: [judged('i-a', 'FAIL'), judged('i-b', 'PASS')] })
    await scanned(store, 's2', 100, { assessed: [judged('i-b', 'PASS')], sighted: [seen('i-a', 'retired')] })
    await scanned(store, 's3', 200, { assessed: [judged('i-b', 'FAIL')] })
    const { clusters } = await queriesAt(300).openClusters({ cluster: [cluster], rule: [RULE] })
    expect(clusters).toMatchObject([{ lastGood: { scanId: 's2' }, firstBad: { scanId: 's3' } }])
  })

  test('never, where nothing of it fails now; and a waiver of all that fails shows', async () => {
    await scanned(store, 's1', 0, { assessed: [judged('i-a', 'FAIL')] })
    await store.putWaiver(
      {
        ...{ id: 'w-1', rule: RULE, scope: { kind: 'cluster', value: cluster }, reason: 'r', ticket: 't' },
        ...{
          until: at(10_000),
          who: 'alice',
          createdAt: at(5),
          changedBy: 'alice',
          changedAt: at(5),
          revision: 1,
        },
      },
      undefined,
    )
    expect((await queriesAt(50).openClusters({})).clusters).toMatchObject([{ waived: true }])
    await scanned(store, 's2', 100, { assessed: [judged('i-a', 'PASS')] })
    expect((await queriesAt(150).openClusters({})).clusters).toEqual([])
    expect((await queriesAt(150).openClusters({ cluster: ['elsewhere'] })).clusters).toEqual([])
  })
})

describe('what is open since the last sight of it good', () => {
  test('looks past scans that have not reached the instance', async () => {
    await scanned(store, 's1', 0, { assessed: [judged('i-a', 'PASS')] })
    await scanned(store, 's2', 100, { assessed: [judged('i-a', 'PASS')] })
    await scanned(store, 's3', 200, { sighted: [seen('i-a', 'unreachable')] })
    await scanned(store, 's4', 210, { assessed: [], only: ['i-other'] })
    await scanned(store, 's5', 300, { assessed: [judged('i-a', 'FAIL')] })
    const { open } = await queriesAt(400).openFindings({})
    expect(open).toMatchObject([
      { lastGood: { scanId: 's2', at: at(100) }, firstBad: { scanId: 's5', at: at(301) } },
    ])
  })

  test('takes an error for no sight of it good', async () => {
    await scanned(store, 's1', 0, { assessed: [judged('i-a', 'PASS')] })
    await scanned(store, 's2', 100, { assessed: [judged('i-a', 'ERROR')] })
    await scanned(store, 's3', 200, { assessed: [judged('i-a', 'FAIL')] })
    const { open } = await queriesAt(300).openFindings({})
    expect(open).toMatchObject([{ lastGood: { scanId: 's1' }, firstBad: { scanId: 's3' } }])
  })
})

describe('gaps in coverage', () => {
  beforeEach(async () => {
    await scanned(store, 's1', 0, { assessed: [judged('i-a', 'PASS'), judged('i-b', 'PASS')] })
    await scanned(store, 's2', 60, {
      assessed: [judged('i-b', 'PASS')],
      sighted: [seen('i-a', 'unreachable', 'ConnectionLost')],
    })
    await scanned(store, 's3', 120, { sighted: [seen('i-a', 'unmanaged'), seen('i-b', 'stopped')] })
    await scanned(store, 's4', 180, { assessed: [judged('i-a', 'PASS')], sighted: [seen('i-b', 'stopped')] })
    await scanned(store, 's5', 600, {
      assessed: [judged('i-a', 'PASS')],
      sighted: [seen('i-b', 'unreachable')],
    })
  })
  const SPAN = { from: at(-10), to: at(700) }

  test('reach from the last sight to the next, each with its reasons; who is stopped has none', async () => {
    const { gaps, scans, silence } = await queriesAt(700).coverageGaps(SPAN)
    expect(scans).toBe(5)
    expect(gaps).toMatchObject([
      {
        ...{
          of: '111111111111/eu-central-1/i-a',
          from: at(2),
          to: at(182),
          seconds: 180 * 60,
          missed: 2,
          open: false,
        },
        ...{
          cluster,
          why: [
            { state: 'unreachable', detail: 'ConnectionLost', scans: 1 },
            { state: 'unmanaged', scans: 1 },
          ],
        },
      },
      { of: '111111111111/eu-central-1/i-b', from: at(602), to: at(700), missed: 1, open: true },
    ])
    expect(silence).toEqual({ from: at(182), to: at(602), seconds: 420 * 60 })
  })

  test('of a cluster are there when one of its instances is not assessed', async () => {
    const ask = async (to: number) =>
      (await queriesAt(700).coverageGaps({ from: at(-10), to: at(to) }, 'cluster', { cluster: [cluster] }))
        .gaps
    expect(await ask(500)).toMatchObject([{ of: cluster, from: at(2), to: at(182), missed: 2, open: false }])
    // The longest, from the last scan that assessed all of it.
    expect(await ask(700)).toMatchObject([{ of: cluster, from: at(182), to: at(700), missed: 1, open: true }])
  })

  test('show too of what a scan says nothing of', async () => {
    await scanned(store, 's6', 800, { assessed: [judged('i-b', 'PASS')] })
    const { gaps } = await queriesAt(900).coverageGaps({ from: at(590), to: at(900) }, 'instance', {
      instance: ['i-a'],
    })
    expect(gaps).toMatchObject([{ from: at(602), open: true, why: [{ state: 'not-seen', scans: 1 }] }])
  })
})

describe('exceptions on a day', () => {
  const waiver = {
    id: 'w-1',
    rule: RULE,
    scope: { kind: 'instance', value: 'i-a' },
    ticket: 't',
    who: 'alice',
  } as const
  const first = {
    ...{ ...waiver, reason: 'first', approvedBy: 'bob', until: at(5000), createdAt: at(10) },
    ...{ changedBy: 'alice', changedAt: at(10), revision: 1 },
  }
  const second = { ...first, reason: 'second', approvedBy: 'carol', changedAt: at(100), revision: 2 }
  const removed = { ...second, changedAt: at(200), removed: { at: at(200), by: 'dave' }, revision: 3 }

  test('are those that held at any time of it, as they stood then, with who had approved', async () => {
    for (const [next, before] of [
      [first, undefined],
      [second, first],
      [removed, second],
    ] as const)
      expect(await store.putWaiver(next, before)).toBe(true)
    const held = async (from: number, to: number) =>
      (await queriesAt(9000).exceptionsBetween({ from: at(from), to: at(to) })).exceptions
    expect(await held(0, 9)).toEqual([])
    expect(await held(20, 90)).toMatchObject([{ reason: 'first', approvedBy: 'bob', ends: at(5000) }])
    expect(await held(20, 150)).toMatchObject([{ reason: 'second', approvedBy: 'carol' }])
    expect(await held(150, 250)).toMatchObject([{ reason: 'second', approvedBy: 'carol', ends: at(200) }])
    expect(await held(201, 300)).toEqual([])
  })
})

test('what newer rules or engines judged otherwise is told apart from what changed on a node', async () => {
  await scanned(store, 's1', 0, {
    assessed: [judged('i-a', 'PASS', { fingerprint: 'f' }), judged('i-b', 'PASS')],
  })
  const newer = { fingerprint: 'f', ruleVersions: { [RULE]: '2' } }
  await scanned(store, 's2', 100, { assessed: [judged('i-a', 'FAIL', newer), judged('i-b', 'FAIL')] })
  const span = { from: at(50), to: at(200) }
  const flips = await queriesAt(200).flipsBetween(span, {})
  expect(flips.verdicts).toMatchObject([{ instanceId: 'i-a', cause: 'rule' }])
  const { changes } = await queriesAt(200).changesBetween(span, {})
  expect(changes.map(({ instanceId, cause }) => [instanceId, cause])).toEqual([
    ['i-a', 'rule'],
    ['i-b', undefined],
  ])
  await scanned(store, 's3', 300, {
    assessed: [judged('i-a', 'PASS', { fingerprint: 'f', ruleVersions: { [RULE]: '3' } })],
  })
  const took = await queriesAt(400).timeToFix({ from: at(250), to: at(400) }, {})
  expect(took).toMatchObject({ fixes: [], restated: 1 })
})

test('what is beyond its SLA counts from since when it is open, by the SLA of the newest scan', async () => {
  await scanned(store, 's1', 0, { assessed: [judged('i-a', 'FAIL'), judged('i-b', 'PASS')] })
  const day = 24 * 60
  expect((await queriesAt(29 * day).beyondSla({})).overdue).toEqual([])
  expect((await queriesAt(31 * day).beyondSla({})).overdue).toMatchObject([
    { instanceId: 'i-a', openDays: 30, allowedDays: 30 },
  ])
  const waivers = { maxDays: 365, approval: 'optional', tags: [] } as const
  await store.putSettings({
    waivers: { ...waivers, tags: [] },
    sla: { critical: 1, high: 2, medium: 3, low: 4 },
  })
  expect((await queriesAt(3 * day).beyondSla({})).overdue).toMatchObject([
    { allowedDays: 2, openDays: 2, dueAt: at(1 + 2 * day) },
  ])
})

test('the fleet at a moment accounts for every instance', async () => {
  await scanned(store, 's1', 0, {
    assessed: [judged('i-a', 'FAIL')],
    sighted: [seen('i-b', 'unreachable', 'ConnectionLost'), seen('i-c', 'stopped')],
  })
  const then = await queriesAt(100).fleetThen(at(50), {})
  expect(then.instances.map(({ instanceId, state }) => `${instanceId} ${state}`)).toEqual([
    'i-a assessed',
    'i-b unreachable',
    'i-c stopped',
  ])
  expect(then).toMatchObject({
    fresh: { at: at(50), scan: { scanId: 's1' } },
    findings: [{ instanceId: 'i-a' }],
  })
  expect(await queriesAt(100).fleetThen(at(-5), {})).toEqual({
    fresh: { at: at(-5) },
    instances: [],
    findings: [],
  })
})

test('no query scans the table', async () => {
  await scanned(store, 's1', 0, { assessed: [judged('i-a', 'PASS')] })
  await scanned(store, 's2', 100, { assessed: [judged('i-a', 'FAIL')] })
  const { client, calls } = countingClient(tables.client)
  const queries = createQueries(createStore(client, tableName), () => at(200))
  const span = { from: at(-100), to: at(200) }
  await queries.currentFindings({ account: ['111111111111'] })
  await queries.findingHistory(node('i-a'), RULE)
  await queries.fleetThen(at(50), {})
  await queries.changesBetween(span, {})
  await queries.flipsBetween(span, {})
  await queries.postureByDay(span, 'cluster')
  await queries.openFindings({})
  await queries.openClusters({})
  await queries.timeToFix(span, {})
  await queries.beyondSla({})
  await queries.coverageGaps(span)
  await queries.exceptionsBetween(span)
  expect(new Set(calls)).toEqual(new Set(['QueryCommand', 'BatchGetCommand', 'GetCommand']))
})

test('a cluster is found too where its account could not be listed since an earlier version', async () => {
  const old = { account: '999999999999', region: 'eu-central-1', instanceId: 'i-old' }
  await scanned(store, 's1', 0, { assessed: [assessment(old, [finding('FAIL')], { cluster: 'of-old' })] })
  await store.openScan({
    ...{ scanId: 's2', openedAt: at(100), status: 'open', trigger: 'schedule', deadlineAt: at(130) },
    ...{ targets: 2, engineVersion: '1' },
  })
  const outcomes = [{ instanceId: 'i-old', state: 'unreachable', detail: 'InventoryFailed' }] as const
  await store.putCommandResult({ ...old, scanId: 's2', n: 'inventory', outcomes: [...outcomes], changes: [] })
  await store.closeScan('s2', {
    status: 'closed',
    closedAt: at(102),
    targetErrors: ['999999999999: refused'],
  })
  expect((await queriesAt(200).currentFindings({ cluster: ['of-old'] })).findings).toHaveLength(1)
  expect((await queriesAt(200).openClusters({})).clusters).toMatchObject([{ cluster: 'of-old' }])
})
