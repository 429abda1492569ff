import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Node } from '../../shared/findings/records.ts'
import { fleetAt } from '../../shared/history/past.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { FindingFilter, Store } from '../../shared/store/store.ts'
import { countingClient } from '../store/client.fixture.ts'
import { assessment, at, finding, node, RULE, sighting } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { scanned } from './scans.fixture.ts'

const steady = node('i-steady')
const mended = node('i-mended')
const gone = node('i-gone')
const lost = node('i-lost')
const late = node('i-late')

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
let tableName: string
const pass = (of: Node) => assessment(of, [finding('PASS')], { cluster: 'prod' })
const fail = (of: Node, reason = 'BY_FLAG') => assessment(of, [finding('FAIL', reason)], { cluster: 'prod' })
const unreachable = sighting(lost, 'unreachable', { cluster: 'prod', detail: 'ConnectionLost' })

beforeAll(async () => {
  tables = await startTables()
  tableName = await tables.newTable()
  store = createStore(tables.client, tableName, { pageSize: 3 })
  await scanned(store, 's1', 0, { assessed: [pass(steady), fail(mended), fail(gone), fail(lost)] })
  await scanned(store, 's2', 100, {
    assessed: [pass(steady), fail(mended, 'BY_FILE'), fail(late)],
    sighted: [unreachable, sighting(gone, 'retired', { cluster: 'prod' })],
  })
  await scanned(store, 'broken-off', 200, { assessed: [pass(steady)] }, 'failed')
  await scanned(store, 'cancelled', 210, { assessed: [] }, 'cancelled')
  await scanned(store, 'single', 220, { assessed: [pass(mended)], only: ['i-mended'] })
  await scanned(store, 's3', 300, { assessed: [pass(steady), pass(mended), fail(lost), pass(late)] })
})
afterAll(() => tables.stop())

const told = async (minutes: number, filter: FindingFilter = {}) => {
  const past = await fleetAt(store, at(minutes), filter)
  return past?.findings.map((each) => `${each.instanceId} ${each.status} ${each.coverage ?? 'not seen'}`)
}
const answering = async (minutes: number) => (await fleetAt(store, at(minutes), {}))?.scan.scanId

describe('the fleet at a moment', () => {
  test('before the first scan had closed nothing can be said', async () => {
    expect(await told(-1)).toBeUndefined()
    expect(await told(1)).toBeUndefined()
  })

  test('is what the newest closed scan saw, with each verdict as it was by then', async () => {
    expect(await answering(50)).toBe('s1')
    expect(await told(50)).toEqual([
      'i-gone FAIL assessed',
      'i-lost FAIL assessed',
      'i-mended FAIL assessed',
      'i-steady PASS assessed',
    ])
    expect(await answering(150)).toBe('s2')
    expect(await told(150)).toEqual([
      'i-late FAIL assessed',
      'i-lost FAIL unreachable',
      'i-mended FAIL assessed',
      'i-steady PASS assessed',
    ])
    expect(await told(10_000)).toEqual([
      'i-late PASS assessed',
      'i-lost FAIL assessed',
      'i-mended PASS assessed',
      'i-steady PASS assessed',
    ])
  })

  test('says why a node was not assessed then, and what coverage was', async () => {
    const past = await fleetAt(store, at(150), { status: ['FAIL'], instance: ['i-lost'] })
    expect(past?.findings).toMatchObject([
      { instanceId: 'i-lost', coverage: 'unreachable', detail: 'ConnectionLost', since: at(1), scanId: 's1' },
    ])
    expect(past?.scan.coverage).toEqual({
      total: 4,
      assessed: 3,
      byState: { assessed: 3, unreachable: 1, retired: 1 },
    })
  })

  test('changes only with the moment at which a scan closed', async () => {
    expect(await answering(101)).toBe('s1')
    expect(await answering(102)).toBe('s2')
  })

  test('is never answered by a scan that failed, was cancelled, or looked at single instances', async () => {
    for (const minutes of [205, 215, 225, 301]) expect(await answering(minutes)).toBe('s2')
  })

  test('knows of a verdict that a scan of single instances has brought meanwhile', async () => {
    expect(await told(219, { instance: ['i-mended'] })).toEqual(['i-mended FAIL assessed'])
    expect(await told(225, { instance: ['i-mended'] })).toEqual(['i-mended PASS assessed'])
  })

  test('keeps since when a status was so where only its reason changed', async () => {
    const past = await fleetAt(store, at(150), { instance: ['i-mended'] })
    expect(past?.findings).toMatchObject([{ reason: 'BY_FILE', since: at(1), scanId: 's2' }])
  })
})

describe('an instance at a moment', () => {
  test('that was gone by then shows with what it left, as retired', async () => {
    const past = await fleetAt(store, at(10_000), { instance: ['i-gone'] })
    expect(past?.findings).toMatchObject([{ instanceId: 'i-gone', status: 'FAIL', closed: 'retired' }])
    expect(await told(50, { instance: ['i-gone'] })).toEqual(['i-gone FAIL assessed'])
  })

  test('that was not there yet shows nothing', async () => {
    expect(await told(50, { instance: ['i-late'] })).toEqual([])
  })
})

describe('filters hold against the moment', () => {
  test.each<[string, FindingFilter, string[]]>([
    ['a status it had then', { status: ['PASS'] }, ['i-steady PASS assessed']],
    ['a cluster', { cluster: ['test'] }, []],
    ['a rule', { rule: [RULE], status: ['PASS'] }, ['i-steady PASS assessed']],
    ['another account', { account: ['222222222222'] }, []],
    ['since', { since: at(100) }, ['i-late FAIL assessed']],
  ])('%s', async (_, filter, expected) => {
    expect(await told(150, filter)).toEqual(expected)
  })
})

test('is read by lists and keys, never by a scan of the table', async () => {
  const { client, calls } = countingClient(tables.client)
  await fleetAt(createStore(client, tableName), at(150), {})
  await fleetAt(createStore(client, tableName), at(150), { instance: ['i-lost'] })
  expect(new Set(calls)).toEqual(new Set(['QueryCommand', 'BatchGetCommand']))
})
