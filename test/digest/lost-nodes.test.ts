import { expect, test } from 'vitest'
import type { CoverageState } from '../../shared/findings/coverage.ts'
import { INVENTORY_FAILED, lostAndBack, type Seen } from '../../shared/findings/lost-nodes.ts'

const seen = (state: CoverageState, instanceId = 'i-1', detail?: string): Seen => ({
  ...{ account: '1', region: 'r', instanceId, state },
  ...(detail !== undefined && { detail }),
})
const other = seen('assessed', 'i-other')
const states = ({ lost, back }: ReturnType<typeof lostAndBack>) => [lost.length, back.length]

test.each<[string, CoverageState | undefined, CoverageState | undefined, CoverageState, number[]]>([
  ['once is no news', 'assessed', 'assessed', 'unreachable', [0, 0]],
  ['twice in a row is', 'assessed', 'unreachable', 'unreachable', [1, 0]],
  ['however it is out of reach', 'assessed', 'unreachable', 'unmanaged', [1, 0]],
  ['three times is no news again', 'unreachable', 'unreachable', 'unreachable', [0, 0]],
  ['back after two is news', 'unreachable', 'unreachable', 'assessed', [0, 1]],
  ['back after one is none: nobody was told', 'assessed', 'unreachable', 'assessed', [0, 0]],
  ['a new instance that nobody could assess', undefined, 'unmanaged', 'unmanaged', [1, 0]],
  ['one that was stopped in between', 'stopped', 'unreachable', 'unreachable', [1, 0]],
  ['one that is stopped now', 'assessed', 'unreachable', 'stopped', [0, 0]],
])('%s', (_, earlier, before, now, expected) => {
  const of = (state?: CoverageState) => [other, ...(state ? [seen(state)] : [])]
  expect(states(lostAndBack(of(now), of(before), of(earlier)))).toEqual(expected)
})

test('what is out of reach since the first scan of its target was told then', () => {
  const now = [seen('unreachable')]
  expect(states(lostAndBack(now, now, []))).toEqual([0, 0])
  expect(states(lostAndBack(now, now, [{ ...other, region: 'elsewhere' }]))).toEqual([0, 0])
})

test('where a whole target is out of reach the target is told, not each instance', () => {
  const failed = [seen('unreachable', 'i-1', INVENTORY_FAILED)]
  expect(states(lostAndBack(failed, failed, [seen('assessed')]))).toEqual([0, 0])
})
