import { afterAll, beforeAll, expect, test } from 'vitest'
import { countingReads } from '../../bench/queries/counting-reads.ts'
import { lastScan } from '../../cli/fleet-view.ts'
import type { CoverageState } from '../../shared/findings/coverage.ts'
import { createQueries } from '../../shared/queries/queries.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { assessment, at, finding, node, scanRecord, sighting, wholeScan } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let name: string
beforeAll(async () => {
  tables = await startTables()
  name = await tables.newTable()
  const store = createStore(tables.client, name)
  const target = { account: node('any').account, region: node('any').region }
  const of = (id: string, cluster: string) => assessment(node(id), [finding('FAIL')], { cluster })
  const others = Array.from({ length: 30 }, (_, i) => of(`i-other-${i}`, 'other'))
  await wholeScan(store, 's1', 0, [of('i-a', 'small'), of('i-b', 'small'), of('i-c', 'small'), ...others])
  await store.putTarget(target, { inventoriedAt: at(1), coverage: { total: 33, assessed: 33, byState: {} } })
  await wholeScan(store, 's2', 10, [of('i-b', 'other')], [sighting(node('i-c'), 'retired')])
})
afterAll(() => tables.stop())

const asked = () => {
  const counted = countingReads(tables.client)
  return { queries: createQueries(createStore(counted.client, name)), seen: counted.seen }
}
const idsOf = (found: { instanceId: string }[]) => found.map(({ instanceId }) => instanceId)

test("all findings of a cluster are those of the instances that are in it now, and the rest of the fleet isn't read", async () => {
  const { queries, seen } = asked()
  expect(idsOf(await queries.allFindings({ cluster: ['small'] }))).toEqual(['i-a'])
  expect(seen().distinct).toBeLessThan(10)
  expect(await queries.allFindings({ cluster: ['none'] })).toEqual([])
  expect(await queries.allFindings({ cluster: ['small'], status: ['PASS'] })).toEqual([])
  expect(idsOf(await queries.allFindings({ cluster: ['small', 'other'] }))).toHaveLength(32)
})

test('all that is open is read for little more than it is', async () => {
  const { queries, seen } = asked()
  const open = await queries.allFindings({ status: ['FAIL', 'ERROR'] })
  expect(open).toHaveLength(32)
  // Each with the state of its instance; the target, and two scans.
  expect(seen().distinct).toBe(32 * 2 + 1 + 2)
})

test('what the newest scan says of coverage is one record where nobody was missed, and names who was', async () => {
  const of = async (byState: Partial<Record<CoverageState, number>>, others = 0) => {
    const counted = countingReads(tables.client)
    const table = await tables.newTable()
    const store = createStore(counted.client, table)
    await wholeScan(store, 's1', 0, [assessment(node('i-a'), [finding('PASS')])])
    await store.closeScan('s1', {
      ...{ status: 'closed', closedAt: at(2) },
      coverage: { total: 2, assessed: 1, byState },
    })
    for (let n = 0; n < others; n++)
      await store.openScan({ ...scanRecord(`s${n + 2}`, 10 * n + 10), deadlineAt: at(0) })
    counted.reset()
    const view = await lastScan(store)
    return { scanId: view?.record.scanId, results: view?.results.length, read: counted.seen().distinct }
  }
  expect(await of({ assessed: 2, retired: 0 })).toEqual({ scanId: 's1', results: 0, read: 1 })
  expect(await of({ assessed: 1, unreachable: 1 })).toEqual({ scanId: 's1', results: 1, read: 2 })
  expect(await of({ assessed: 2 }, 5)).toMatchObject({ scanId: 's1', results: 0 })
})

test('an instance that is named shows what it left, whichever cluster is asked for', async () => {
  const { queries } = asked()
  expect(await queries.allFindings({ instance: ['i-c'] })).toMatchObject([{ closed: 'retired' }])
})
