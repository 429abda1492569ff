import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countingReads } from '../../bench/queries/counting-reads.ts'
import type { Status } from '../../shared/findings/finding.ts'
import { createQueries } from '../../shared/queries/queries.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { keys } from '../../shared/store/keys.ts'
import type { Store } from '../../shared/store/store.ts'
import { assessment, at, finding, node, sighting, wholeScan } from './fleet.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const fresh = async () => {
  const name = await tables.newTable()
  return { name, store: createStore(tables.client, name) }
}
const sees = (store: Store, n: number, statuses: Record<string, Status>, gone: string[] = []) =>
  wholeScan(
    store,
    `s${n}`,
    n * 10,
    Object.entries(statuses).map(([id, status]) => assessment(node(id), [finding(status)])),
    gone.map((id) => sighting(node(id), 'retired')),
  )
const named = async (store: Store, from = 0, to = 100) =>
  (await store.endsBetween(at(from), at(to), {})).map(
    ({ instanceId, from, to, closed }) => `${instanceId} ${from}>${closed ?? to}`,
  )

/** Makes of a scan and its changes what a version without the list of ends has written. */
const asOlderVersion = async (name: string, scanId: string) => {
  for (const { pk, sk } of await tables.contentOf(name))
    if (String(sk).startsWith('X#') && String(sk).endsWith(`#${scanId}`))
      await tables.client.send(new DeleteCommand({ TableName: name, Key: { pk, sk } }))
  await tables.client.send(
    new UpdateCommand({ TableName: name, Key: keys.scan(scanId), UpdateExpression: 'REMOVE endsSince' }),
  )
}

test('changes that end a failure or an error are told apart from others', async () => {
  const { store } = await fresh()
  await sees(store, 0, { 'i-a': 'FAIL', 'i-b': 'FAIL', 'i-c': 'ERROR', 'i-d': 'PASS', 'i-e': 'FAIL' })
  await sees(store, 1, { 'i-a': 'PASS', 'i-b': 'ERROR', 'i-c': 'NOT_APPLICABLE', 'i-d': 'FAIL' }, ['i-e'])
  await sees(store, 2, { 'i-b': 'PASS' }, ['i-d', 'i-a'])
  const first = ['i-a FAIL>PASS', 'i-c ERROR>NOT_APPLICABLE', 'i-e FAIL>retired']
  expect(await named(store)).toEqual([...first, 'i-b ERROR>PASS', 'i-d FAIL>retired'])
  expect(await named(store, 0, 11)).toEqual(first)
  expect(await named(store, 11, 20)).toEqual([])
})

test('none is missed where earlier versions have scanned, before or in between', async () => {
  const statuses: Status[] = ['FAIL', 'PASS', 'FAIL', 'PASS', 'FAIL', 'PASS', 'FAIL', 'PASS']
  for (const older of [[1], [0, 1, 2, 3], [0, 1, 4, 5], [3], [7], [5, 6, 7]]) {
    const { name, store } = await fresh()
    for (const [n, status] of statuses.entries()) {
      await sees(store, n, { 'i-a': status })
      if (older.includes(n)) await asOlderVersion(name, `s${n}`)
    }
    const ends = (await store.endsBetween(at(0), at(100), {})).map((each) => each.at)
    expect(ends, `scans of earlier versions: ${older}`).toEqual([at(11), at(31), at(51), at(71)])
  }
})

test('how long it took to fix costs the fixes, not the changes in the time', async () => {
  const { name, store } = await fresh()
  const [few, many] = [['i-a', 'i-b'], Array.from({ length: 40 }, (_, i) => `i-${i}`)]
  const all = (of: string[], status: Status) => Object.fromEntries(of.map((id) => [id, status]))
  await sees(store, 0, { ...all(few, 'FAIL'), ...all(many, 'PASS') })
  await sees(store, 1, { ...all(few, 'PASS'), ...all(many, 'FAIL') })
  const counted = countingReads(tables.client)
  const { fixes } = await createQueries(createStore(counted.client, name)).timeToFix(
    { from: at(5), to: at(50) },
    {},
  )
  expect(fixes).toMatchObject([{ failedAt: at(1), fixedAt: at(11) }, {}])
  // Each with the change that it ended, and two scans.
  expect(counted.seen().distinct).toBe(2 * 2 + 2)
})
