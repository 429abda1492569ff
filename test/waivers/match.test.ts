import { describe, expect, test } from 'vitest'
import { matchesOf, waiverOf, waiversInForce } from '../../shared/waivers/match.ts'
import { removed } from '../../shared/waivers/revisions.ts'
import type { WaiverScope } from '../../shared/waivers/waiver.ts'
import { day, endOf, failing, OTHER_RULE, waiver } from './waivers.fixture.ts'

const covers = (scope: WaiverScope, over = {}) =>
  waiverOf(failing(over), [waiver({ scope })], day(1)) !== undefined

describe('a scope', () => {
  test.each([
    ['instance', 'i-0000000a', 'i-0000000b'],
    ['instance', '111111111111/eu-central-1/i-0000000a', '222222222222/eu-central-1/i-0000000a'],
    ['cluster', 'harbour', 'Harbour'],
    ['account', '111111111111', '222222222222'],
    ['tag', 'team=platform', 'team=other'],
    ['tag', 'env=a=b', 'env=a'],
  ] as const)('%s %s covers what it names, and %s does not', (kind, its, another) => {
    expect(covers({ kind, value: its })).toBe(true)
    expect(covers({ kind, value: another })).toBe(false)
  })

  test('of a cluster or a tag does not cover an instance without any', () => {
    const { cluster: _, tags: __, ...bare } = failing()
    for (const scope of [
      { kind: 'cluster', value: 'undefined' },
      { kind: 'tag', value: 'team=platform' },
    ] as const)
      expect(waiverOf(bare, [waiver({ scope })], day(1))).toBeUndefined()
  })
})

describe('a waiver', () => {
  const cluster = { kind: 'cluster', value: 'harbour' } as const

  test('covers failures of its own rule alone', () => {
    expect(covers(cluster, { ruleId: OTHER_RULE })).toBe(false)
  })

  test('covers no verdict but an open FAIL: what could not be assessed is no known risk', () => {
    for (const status of ['ERROR', 'PASS', 'NOT_APPLICABLE'] as const)
      expect(covers(cluster, { status })).toBe(false)
    expect(covers(cluster, { closed: 'retired' })).toBe(false)
  })

  test('holds from the moment it was asked for to the end of its last day, unless it is taken back', () => {
    const one = waiver({ until: endOf(3) })
    const holds = (at: string, each = one) => waiversInForce([each], at).length === 1
    expect(holds('2026-01-01T11:59:59.999Z')).toBe(false)
    expect(holds(day(0))).toBe(true)
    expect(holds('2026-01-04T23:59:59.999Z')).toBe(true)
    expect(holds('2026-01-05T00:00:00.000Z')).toBe(false)
    const back = removed(one, { who: 'bob', at: day(2) })
    expect([holds(day(1), back), holds(day(2), back), holds(day(3), back)]).toEqual([true, false, false])
  })

  test('of several that cover a finding, the one that ends last is named', () => {
    const short = waiver({ until: endOf(5) })
    const long = waiver({ until: endOf(9), scope: { kind: 'account', value: '111111111111' } })
    expect(waiverOf(failing(), [short, long], day(1))).toBe(long)
    expect(waiverOf(failing(), [long, short], day(1))).toBe(long)
  })

  test('counts what it would cover, whenever', () => {
    const findings = [failing(), failing({ instanceId: 'i-2' }), failing({ status: 'PASS' })]
    expect(matchesOf(waiver({ until: endOf(-5) }), findings)).toEqual(findings.slice(0, 2))
  })
})
