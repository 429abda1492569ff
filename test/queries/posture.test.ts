import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeKey } from '../../shared/findings/records.ts'
import { type PostureRow, postureByDay } from '../../shared/queries/posture.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import {
  FIRST_DAY,
  histories,
  lived,
  MEMBERS,
  NOW,
  naiveState,
  type Past,
  RULES,
  stateOf,
} from './histories.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const SPAN = { from: FIRST_DAY, to: '2026-01-16T23:59:59.999Z' }
const DAYS = Array.from({ length: 16 }, (_, i) => `2026-01-${String(i + 1).padStart(2, '0')}`)

/** Every row by replaying all that ever happened, anew for each day. */
const naive = (past: Past[], groupOf: (member: number, ruleId: string) => string | undefined): string[] =>
  DAYS.flatMap((day) => {
    const scan = past.findLast(({ kind, closedAt }) => kind === 'whole' && closedAt.slice(0, 10) <= day)
    if (!scan) return []
    const state = naiveState(past, ({ at }) => at <= scan.closedAt)
    const rows = new Map<string, { counts: Record<string, number>; missed: Set<number> }>()
    const rowOf = (group: string) => {
      const row = rows.get(group) ?? { counts: {}, missed: new Set() }
      rows.set(group, row)
      return row
    }
    for (const [i, { node }] of MEMBERS.entries())
      for (const ruleId of RULES) {
        const group = groupOf(i, ruleId)
        const status = state.get(`${nodeKey(node)}#${ruleId}`)
        const seen = scan.seen.get(i)
        if (group === undefined) continue
        if (status) rowOf(group).counts[status] = (rowOf(group).counts[status] ?? 0) + 1
        if (seen && ['unreachable', 'unmanaged'].includes(stateOf(seen))) rowOf(group).missed.add(i)
      }
    return [...rows].map(([group, { counts, missed }]) => told(day, group, counts, missed.size))
  }).sort()

const told = (day: string, group: string, counts: Record<string, number>, missed: number): string =>
  `${day} ${group}: ${['PASS', 'FAIL', 'ERROR', 'NOT_APPLICABLE'].map((each) => counts[each] ?? 0)}, ${missed} not assessed`

const toldRows = (rows: PostureRow[]): string[] =>
  rows
    .map((row) => told(row.day, row.group ?? '', countsOf(row), row.notAssessed))
    // A fleet, or a rule, of which there is nothing to say.
    .filter((row) => !row.endsWith(': 0,0,0,0, 0 not assessed'))
    .sort()

const countsOf = ({ PASS, FAIL, ERROR, NOT_APPLICABLE }: PostureRow) => ({
  PASS,
  FAIL,
  ERROR,
  NOT_APPLICABLE,
})

const GROUPS = {
  account: (i: number) => MEMBERS[i]?.node.account,
  cluster: (i: number) => MEMBERS[i]?.cluster ?? '(none)',
} as const

const holds = (check: (store: Store, past: Past[]) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(histories, async (scans) => {
      const store = await tables.newStore(3)
      await check(store, await lived(store, scans))
    }),
    { numRuns: 8, endOnFailure: true },
  )

describe('posture by day is what a replay of all that happened gives', () => {
  test('for the whole fleet, from the totals of the scans', () =>
    holds(async (store, past) => {
      const { rows } = await postureByDay(store, NOW, SPAN)
      expect(toldRows(rows)).toEqual(naive(past, () => ''))
    }))

  test.each(['account', 'cluster'] as const)('by %s', (by) =>
    holds(async (store, past) => {
      const { rows } = await postureByDay(store, NOW, SPAN, by)
      expect(toldRows(rows)).toEqual(naive(past, GROUPS[by]))
    }),
  )

  test('by rule, where each rule lacks the instances that the scan has not assessed', () =>
    holds(async (store, past) => {
      const { rows } = await postureByDay(store, NOW, SPAN, 'rule')
      const judged = rows.filter((row) => row.PASS + row.FAIL + row.ERROR + row.NOT_APPLICABLE > 0)
      const expected = naive(past, (_, ruleId) => ruleId).filter((row) => !row.includes(': 0,0,0,0,'))
      expect(toldRows(judged)).toEqual(expected)
    }))

  test('for a part of the fleet', () =>
    holds(async (store, past) => {
      const filter = { cluster: ['harbour'], account: ['222222222222'], rule: ['rule-b'] }
      const { rows } = await postureByDay(store, NOW, SPAN, undefined, filter)
      expect(toldRows(rows)).toEqual(
        naive(past, (i, ruleId) => (i === 2 && ruleId === 'rule-b' ? '' : undefined)),
      )
    }))
})

test('a day without a scan shows the last one before, and says so; a day before the first shows nothing', async () => {
  const store = await tables.newStore()
  const seen = MEMBERS.map(() => ({ 'rule-a': 'PASS', 'rule-b': 'FAIL' }) as const)
  const [scan] = await lived(store, [{ gapHours: 30, kind: 'whole', seen }])
  const { rows, fresh } = await postureByDay(store, NOW, { from: FIRST_DAY, to: '2026-01-03T23:00:00.000Z' })
  expect(rows.map(({ day, closedAt, FAIL }) => [day, closedAt, FAIL])).toEqual([
    ['2026-01-02', scan?.closedAt, 5],
    ['2026-01-03', scan?.closedAt, 5],
  ])
  expect(fresh.scan?.scanId).toBe(scan?.scanId)
})
