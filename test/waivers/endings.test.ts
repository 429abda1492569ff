import { describe, expect, test } from 'vitest'
import { endedBetween, nearingEnd, noLongerWaived } from '../../shared/waivers/endings.ts'
import { changed, removed } from '../../shared/waivers/revisions.ts'
import { day, endOf, failing, request, waiver } from './waivers.fixture.ts'

const act = (n: number) => ({ who: 'arn:aws:iam::111111111111:user/bob', at: day(n) })
const onInstance = { kind: 'instance', value: 'i-0000000a' } as const

describe('what has ended between two scans', () => {
  const ends5 = waiver({ until: endOf(5) })
  const removedOn3 = removed(waiver({ until: endOf(20), scope: onInstance }), act(3))
  const all = [ends5, removedOn3]

  test('is told by the first scan after the end, and by no other', () => {
    expect(endedBetween(all, day(5), day(6))).toEqual([ends5])
    expect(endedBetween(all, day(6), day(7))).toEqual([])
    expect(endedBetween(all, day(4), day(5))).toEqual([])
  })

  test('is also what somebody has taken back; the first end comes first', () => {
    expect(endedBetween(all, day(2), day(4))).toEqual([removedOn3])
    expect(endedBetween(all, day(1), day(9))).toEqual([removedOn3, ends5])
  })

  test('is also what began and ended in between, and nothing that is asked for later', () => {
    const short = waiver({ until: endOf(3) }, day(2))
    expect(endedBetween([short], day(1), day(9))).toEqual([short])
    expect(endedBetween([short], day(0), day(1))).toEqual([])
    expect(endedBetween([short], day(4), day(9))).toEqual([])
  })
})

describe('what ends soon', () => {
  test.each([
    ['nothing while the end is far', 1, 2, []],
    ['thirty days', 9, 11, [30]],
    ['each number once', 11, 12, []],
    ['a week', 33, 34, [7]],
    ['one day', 39, 40, [1]],
    ['the smallest only, where scans were far apart', 2, 40, [1]],
    ['nothing once it is over', 40, 42, []],
  ] as const)('comes nearer: %s', (_, from, to, days) => {
    const one = waiver({ until: endOf(40) })
    expect(nearingEnd([one], day(from), day(to), [30, 7, 1])).toEqual(
      days.map((each) => ({ waiver: one, days: each })),
    )
  })

  test('a waiver for five days is not told to be a week from its end', () => {
    const short = waiver({ until: endOf(5) })
    expect(nearingEnd([short], day(-50), day(1), [30, 7, 1])).toEqual([])
    expect(nearingEnd([short], day(1), day(5), [30, 7, 1])).toMatchObject([{ days: 1 }])
  })

  test('an end that was put off is told again when it comes near', () => {
    const put = changed(waiver({ until: endOf(8) }), request({ until: endOf(60) }), act(6))
    expect(nearingEnd([put], day(1), day(7), [30, 7, 1])).toEqual([])
    expect(nearingEnd([put], day(30), day(31), [30, 7, 1])).toMatchObject([{ days: 30 }])
  })
})

describe('what alerts again', () => {
  const finding = { ...failing(), since: day(-10) }
  const one = waiver({ until: endOf(5) })

  test('is a failure whose waiver has ended', () => {
    expect(noLongerWaived([finding], [one], day(5), day(6))).toEqual([{ waiver: one, finding }])
    expect(noLongerWaived([finding], [one], day(4), day(5))).toEqual([])
    expect(noLongerWaived([finding], [one], day(6), day(7))).toEqual([])
  })

  test('is also one that the scan before brought, just before the end', () => {
    const young = { ...finding, since: `${day(5).slice(0, 10)}T12:00:30.000Z` }
    expect(noLongerWaived([young], [one], day(5), day(6))).toEqual([{ waiver: one, finding: young }])
  })

  test('is nothing that another waiver still covers, and nothing that this scan brings', () => {
    const other = waiver({ until: endOf(50), scope: onInstance })
    expect(noLongerWaived([finding], [one, other], day(5), day(6))).toEqual([])
    const brought = { ...finding, since: `${day(6).slice(0, 10)}T12:00:30.000Z` }
    expect(noLongerWaived([brought], [one], day(5), day(6))).toEqual([])
  })

  test('is also one that fell under a waiver only between the two, as a scan of chosen instances may have counted it so', () => {
    const short = waiver({ until: endOf(2) }, day(2))
    const young = { ...finding, since: `${day(2).slice(0, 10)}T22:00:30.000Z` }
    expect(noLongerWaived([young], [short], day(1), day(3))).toEqual([{ waiver: short, finding: young }])
    expect(noLongerWaived([young], [short], day(3), day(4))).toEqual([])
    expect(noLongerWaived([{ ...young, status: 'PASS' }], [short], day(1), day(3))).toEqual([])
  })

  test('is a failure whose waiver was taken back', () => {
    const back = removed(one, act(3))
    expect(noLongerWaived([finding], [back], day(2), day(4))).toMatchObject([{ waiver: { id: one.id } }])
  })
})
