import { afterAll, beforeAll, expect, test } from 'vitest'
import { changesOf } from '../../lambdas/run-scan/changes-of.ts'
import { noteFlapping } from '../../lambdas/run-scan/note-flapping.ts'
import type { Status } from '../../shared/findings/finding.ts'
import { transitionId } from '../../shared/report/digest-covers.ts'
import type { Store } from '../../shared/store/store.ts'
import { assessment, at, finding, node, scanRecord, sighting } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const ONE = node('i-1')
const DAY = 24 * 60
const when = (minutes: number) => new Date(at(minutes))

const scanOf = async (store: Store, scanId: string, minutes: number, status: Status) => {
  await store.openScan(scanRecord(scanId, minutes))
  await store.applyAssessments(scanId, at(minutes + 1), [assessment(ONE, [finding(status)])])
  return changesOf(store, { scanId, openedAt: at(minutes) })
}
const close = (store: Store, scanId: string, minutes: number, digest?: 'none') =>
  store.closeScan(scanId, {
    status: digest ? 'closed' : 'failed',
    closedAt: at(minutes),
    ...(digest && { digest }),
  })

/** A finding that turns with every scan, until it flaps. */
const flapped = async (turns: number) => {
  const store = await tables.newStore()
  for (let n = 0; n <= turns; n++) {
    const changes = await scanOf(store, `s${n}`, n * 10, n % 2 === 0 ? 'PASS' : 'FAIL')
    await noteFlapping(store, `s${n}`, changes, when(n * 10 + 2))
    await close(store, `s${n}`, n * 10 + 3, 'none')
  }
  return store
}

test.each([
  ['begins to flap', 3, 0],
  ['flaps on', 5, 1],
])('that a node has left is told as such, where its finding %s', async (_, turns, known) => {
  const store = await flapped(turns)
  expect(await store.flapping()).toHaveLength(known)
  await store.openScan(scanRecord('left', 100))
  await store.applySightings('left', at(101), [sighting(ONE, 'retired')])
  const left = await changesOf(store, { scanId: 'left', openedAt: at(100) })
  expect(left).toMatchObject([{ closed: 'retired' }])
  const { begins, held } = await noteFlapping(store, 'left', left, when(102))
  expect([begins.size, held.size]).toEqual([0, 0])
  await close(store, 'left', 103, 'none')
  // The change before it was held back and is told now; that it left is not told twice.
  const { settled } = await noteFlapping(store, 'later', [], when(100 + 2 * DAY))
  expect(settled.flatMap(({ covers }) => covers.map(({ scanId }) => scanId))).toEqual(known ? ['s5'] : [])
})

test('a scan that dies before it tells that a finding has settled leaves that to the one that tells in its place', async () => {
  const store = await flapped(5)
  const quiet = 2 * DAY
  await scanOf(store, 'dies', quiet, 'FAIL')
  const { settled } = await noteFlapping(store, 'dies', [], when(quiet + 2))
  expect(settled.map(({ covers }) => covers.map(({ scanId }) => scanId))).toEqual([['s5']])
  await close(store, 'dies', quiet + 3)

  // Within the grace the next scan cannot know yet; it tells of its own change.
  const changes = await scanOf(store, 'next', quiet + 10, 'PASS')
  const own = await noteFlapping(store, 'next', changes, when(quiet + 12))
  expect([own.held.size, own.settled]).toEqual([0, []])
  await close(store, 'next', quiet + 13, 'none')
  expect(changes.map(transitionId)).toHaveLength(1)

  expect((await noteFlapping(store, 'dies', [], when(quiet + 40))).settled).toEqual(settled)
  await store.closeScan('dies', { status: 'failed', closedAt: at(quiet + 41), digest: 'published' })
  expect((await noteFlapping(store, 'after', [], when(quiet + 50))).settled).toEqual([])
  expect(await store.flapping()).toEqual([])
})
