import { describe, expect, test } from 'vitest'
import { planOf } from '../../shared/waivers/plan.ts'
import { logOf, removed, standingAt } from '../../shared/waivers/revisions.ts'
import type { Waiver } from '../../shared/waivers/waiver.ts'
import { day, endOf, OTHER_RULE, request, waiver } from './waivers.fixture.ts'

const BOB = 'arn:aws:iam::111111111111:user/bob'
const act = (n: number) => ({ who: BOB, at: day(n) })
const other = request({ rule: OTHER_RULE })

/** The store after the plan, as its writes leave it. */
const applied = (stored: Waiver[], wanted: Parameters<typeof planOf>[0], n: number): Waiver[] => {
  const byId = new Map(stored.map((each) => [each.id, each]))
  for (const { next, seen } of planOf(wanted, stored, act(n))) {
    expect(byId.get(next.id)).toBe(seen)
    byId.set(next.id, next)
  }
  return [...byId.values()]
}
const what = (wanted: Parameters<typeof planOf>[0], stored: Waiver[], n: number) =>
  planOf(wanted, stored, act(n)).map(({ what, next }) => [what, next.rule])

describe('the difference between a file and the store', () => {
  test('adds, changes and removes, and is none the second time', () => {
    const stored = [waiver(), waiver({ rule: OTHER_RULE })]
    const third = request({ scope: { kind: 'instance', value: 'i-1' } })
    const wanted = [request({ ticket: 'SEC-2', until: endOf(60), approvedBy: 'carol' }), third]
    const plan = planOf(wanted, stored, act(1))
    expect(plan).toMatchObject([
      {
        what: 'change',
        differences: [
          { field: 'ticket', from: 'SEC-1', to: 'SEC-2' },
          { field: 'approvedBy', to: 'carol' },
          { field: 'until', from: endOf(30), to: endOf(60) },
        ],
      },
      { what: 'add', next: { scope: third.scope, who: BOB, createdAt: day(1), revision: 1 } },
      { what: 'remove', next: { rule: OTHER_RULE, removed: { at: day(1), by: BOB }, revision: 2 } },
    ])
    expect(planOf(wanted, applied(stored, wanted, 1), act(2))).toEqual([])
  })

  test('keeps who asked first, and says who changed it', () => {
    const [changed] = applied([waiver()], [request({ reason: 'another' })], 1)
    expect(changed).toMatchObject({ who: waiver().who, createdAt: day(0), changedBy: BOB, changedAt: day(1) })
  })

  test('an approval that the file takes away is gone', () => {
    const [changed] = applied([waiver({ approvedBy: 'carol' })], [request()], 1)
    expect(changed).not.toHaveProperty('approvedBy')
  })

  test('a request whose time is over is as good as none, and its waiver stays ended', () => {
    const over = request({ until: endOf(5) })
    expect(what([over], [waiver({ until: endOf(5) })], 6)).toEqual([])
    expect(what([over], [], 6)).toEqual([])
    expect(what([over], [waiver({ until: endOf(30) })], 6)).toEqual([['remove', over.rule]])
  })

  test('a later end renews a waiver that has ended by another one: nobody was waived in between', () => {
    const old = waiver({ until: endOf(5) })
    const [stays, renewed] = applied([old], [request({ until: endOf(40) })], 9)
    expect(stays).toBe(old)
    expect(renewed).toMatchObject({ createdAt: day(9), until: endOf(40), revision: 1 })
    expect(renewed?.id).not.toBe(old.id)
  })

  test('what has ended and is not in the file is taken back, so that it is no problem any more', () => {
    expect(what([other], [waiver({ until: endOf(5) })], 6)).toEqual([
      ['add', OTHER_RULE],
      ['remove', request().rule],
    ])
  })

  test('what was removed on the same day comes back as another waiver: in between, nothing was waived', () => {
    const gone = removed(waiver(), { who: BOB, at: day(0) })
    const [stays, back] = applied([gone], [request()], 0)
    expect(stays).toBe(gone)
    expect(back).toMatchObject({ id: `${gone.id}-2`, revision: 1, who: BOB })
    const all = applied([gone, removed(back as Waiver, { who: BOB, at: day(0) })], [request()], 0)
    expect(all.map(({ id }) => id)).toEqual([gone.id, `${gone.id}-2`, `${gone.id}-3`])
  })
})

describe('the log', () => {
  const first = waiver({ until: endOf(5) })
  const second = applied([first], [request({ until: endOf(9) })], 1)[0] as Waiver
  const third = applied([second], [], 2)[0] as Waiver
  const revisions = [third, first, second]

  test('has every change, oldest first: who, when, what', () => {
    expect(logOf(revisions)).toMatchObject([
      { id: first.id, what: 'added', who: first.who, at: day(0), differences: [] },
      {
        what: 'changed',
        who: BOB,
        at: day(1),
        differences: [{ field: 'until', from: endOf(5), to: endOf(9) }],
      },
      { what: 'removed', who: BOB, at: day(2), differences: [] },
    ])
  })

  test('tells what stood at a moment, whatever became of it', () => {
    expect(standingAt(revisions, day(-1))).toEqual([])
    expect(standingAt(revisions, day(0))).toEqual([first])
    expect(standingAt(revisions, day(1))).toEqual([second])
    expect(standingAt(revisions, day(7))).toEqual([third])
  })
})
