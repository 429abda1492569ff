import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Status } from '../../shared/findings/finding.ts'
import { findingKey } from '../../shared/findings/flapping.ts'
import { nodeKey } from '../../shared/findings/records.ts'
import { changesBetween } from '../../shared/queries/changes.ts'
import { openFindings } from '../../shared/queries/open-since.ts'
import { timeToFix } from '../../shared/queries/time-to-fix.ts'
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
} from './histories.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const holds = (check: (store: Store, past: Past[]) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(histories, async (scans) => {
      const store = await tables.newStore(3)
      await check(store, await lived(store, scans))
    }),
    { numRuns: 8, endOnFailure: true },
  )

type Sighted = { scanId: string; openedAt: string; at: string; status: Status | 'gone' }

/** All that scans have seen of one finding, oldest first. */
const sightsOf = (past: Past[], member: number, ruleId: (typeof RULES)[number]): Sighted[] =>
  past.flatMap(({ scanId, openedAt, at, seen }): Sighted[] => {
    const each = seen.get(member)
    if (each === 'retired') return [{ scanId, openedAt, at, status: 'gone' }]
    return each === undefined || typeof each === 'string'
      ? []
      : [{ scanId, openedAt, at, status: each[ruleId] }]
  })

const everyFinding = MEMBERS.flatMap(({ node }, member) =>
  RULES.map((ruleId) => ({ member, ruleId, key: `${nodeKey(node)}#${ruleId}` })),
)
const isBad = (status: string | undefined) => status === 'FAIL' || status === 'ERROR'

test('what is open lies between the last sight of it good and the first of it bad', () =>
  holds(async (store, past) => {
    const expected = everyFinding.flatMap(({ member, ruleId, key }) => {
      const sights = sightsOf(past, member, ruleId)
      if (!isBad(sights.at(-1)?.status)) return []
      const start = sights.findLastIndex(({ status }) => !isBad(status)) + 1
      const spell = sights.slice(start)
      const bad = spell.find(({ status }) => status === 'FAIL') ?? spell[0]
      const good = sights[start - 1]
      return [
        {
          key,
          bad: bad?.scanId,
          good: good === undefined || good.status === 'gone' ? undefined : good.scanId,
        },
      ]
    })
    const { open } = await openFindings(store, NOW, {})
    const told = open.map((each) => ({
      key: findingKey(each),
      bad: each.firstBad.scanId,
      good: each.lastGood?.scanId,
    }))
    const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1)
    expect(told.sort(byKey)).toEqual(expected.sort(byKey))
    for (const { lastGood, firstBad } of open) if (lastGood) expect(lastGood.at < firstBad.at).toBe(true)
  }))

test('what changed between two moments is the difference of the two states', () =>
  holds(async (store, past) => {
    const middle = past[Math.floor(past.length / 2)]?.at ?? NOW
    const before = naiveState(past, ({ at }) => at <= middle)
    const after = naiveState(past, () => true)
    const { changes } = await changesBetween(store, middle, NOW, {})
    const differs = everyFinding.map(({ key }) => key).filter((key) => before.get(key) !== after.get(key))
    const told = new Map(changes.map((each) => [findingKey(each), each]))
    for (const key of differs) {
      const change = told.get(key)
      expect([key, change?.from]).toEqual([key, before.get(key)])
      expect([key, change?.kind === 'left' ? undefined : change?.to]).toEqual([key, after.get(key)])
    }
    // The others came back to where they were, or left and never counted.
    for (const [key, { kind }] of told)
      if (!differs.includes(key)) expect(['and-back', 'other', 'left', 'appeared']).toContain(kind)
  }))

test('the time to fix runs from the first sight of a failure to the first sight of it mended, without those that left', () =>
  holds(async (store, past) => {
    const expected: string[] = []
    let left = 0
    for (const { member, ruleId, key } of everyFinding) {
      let failedAt: string | undefined
      let last: Sighted | undefined
      for (const sight of sightsOf(past, member, ruleId)) {
        if (sight.status === 'gone' && last?.status === 'FAIL') left += 1
        if (!isBad(sight.status)) {
          if (failedAt && sight.status !== 'gone') expected.push(`${key} ${failedAt} ${sight.at}`)
          failedAt = undefined
        } else if (sight.status === 'FAIL') failedAt ??= sight.at
        last = sight
      }
    }
    const answer = await timeToFix(store, FIRST_DAY, NOW, {})
    const told = answer.fixes.map((each) => `${findingKey(each)} ${each.failedAt} ${each.fixedAt}`)
    expect(told.sort()).toEqual(expected.sort())
    expect(answer.left).toBe(left)
    const seconds = answer.fixes.map((each) => each.seconds).sort((a, b) => a - b)
    const [times] = answer.times
    expect(times?.fixes ?? 0).toBe(seconds.length)
    if (times) {
      expect(times.longest).toBe(seconds.at(-1))
      expect(seconds.filter((each) => each <= times.median).length * 2).toBeGreaterThanOrEqual(seconds.length)
      expect(seconds.filter((each) => each < times.median).length * 2).toBeLessThan(seconds.length)
    }
  }))

describe('a time to fix', () => {
  test('of nothing is no time', async () => {
    const store = await tables.newStore()
    expect(await timeToFix(store, FIRST_DAY, NOW, {})).toMatchObject({
      times: [],
      fixes: [],
      left: 0,
      restated: 0,
    })
  })
})
