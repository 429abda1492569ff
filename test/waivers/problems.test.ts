import { expect, test } from 'vitest'
import { checkWaivers, MOST_MATCHES } from '../../shared/waivers/problems.ts'
import { removed } from '../../shared/waivers/revisions.ts'
import { day, endOf, failing, OTHER_RULE, waiver } from './waivers.fixture.ts'

const fleet = (count: number) =>
  Array.from({ length: count }, (_, i) => failing({ instanceId: `i-${i}`, cluster: 'harbour' }))

const problems = (...args: Parameters<typeof checkWaivers>) =>
  checkWaivers(...args).map((check) => check.problems)

test('a waiver that covers what it was made for is in order', () => {
  expect(checkWaivers([waiver()], fleet(MOST_MATCHES), day(1))).toEqual([
    { waiver: waiver(), matches: 20, problems: [] },
  ])
})

test('one that covers more than twenty, or a whole account, is over-broad', () => {
  expect(problems([waiver()], fleet(MOST_MATCHES + 1), day(1))).toEqual([['over-broad']])
  const account = waiver({ scope: { kind: 'account', value: '111111111111' } })
  expect(problems([account], fleet(1), day(1))).toEqual([['over-broad']])
})

test('one that covers no open failure is unused: mended, retired, or of another rule', () => {
  expect(problems([waiver()], [failing({ status: 'PASS' }), failing({ closed: 'retired' })], day(1))).toEqual(
    [['unused']],
  )
  expect(problems([waiver({ rule: OTHER_RULE })], fleet(3), day(1))).toEqual([['unused']])
  const account = waiver({ scope: { kind: 'account', value: '111111111111' } })
  expect(problems([account], [], day(1))).toEqual([['unused', 'over-broad']])
})

test('one whose time is over is expired, until it is taken back or renewed', () => {
  const old = waiver({ until: endOf(5) })
  expect(problems([old], fleet(1), day(6))).toEqual([['expired']])
  expect(problems([removed(old, { who: 'bob', at: day(6) })], fleet(1), day(7))).toEqual([[]])
  expect(problems([old, waiver({ until: endOf(30) }, day(6))], fleet(1), day(7))).toEqual([[], []])
})
