import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countTicks, dayTicks } from '../../dashboard/chart/scales.ts'
import { type TrendDay, trendChart } from '../../dashboard/chart/trend.ts'
import { headline } from '../../dashboard/pages/overview/headline.ts'
import type { Freshness } from '../../shared/queries/freshness.ts'

const textOf = (markup: unknown): string =>
  String(markup)
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .trim()

const fresh = (assessed: number, total: number, closedAt = '2026-01-31T11:00:00Z'): Freshness => ({
  at: '2026-01-31T12:00:00Z',
  scan: { scanId: 's', openedAt: closedAt, closedAt, coverage: { total, assessed, byState: { assessed } } },
})
const open = (FAIL: number, ERROR: number, waived: number, failing = FAIL - waived) => ({
  total: { FAIL, ERROR, waived },
  failing,
})

describe('whether any etcd is open', () => {
  it.each([
    [
      'everything is well',
      fresh(3, 3),
      open(0, 0, 0),
      'No. Every instance was assessed, and nothing fails.',
      '',
    ],
    ['something fails', fresh(3, 3), open(2, 0, 0, 1), 'Yes. 2 findings on 1 instance fail.', ''],
    [
      'one fails, one is waived',
      fresh(3, 3),
      open(2, 0, 1),
      'Yes. 1 finding on 1 instance fails. Another 1 finding is accepted by a waiver.',
      '',
    ],
    [
      'all is waived',
      fresh(3, 3),
      open(2, 0, 2),
      'No. Every instance was assessed, and nothing fails that is not accepted. 2 findings are accepted by a waiver.',
      '',
    ],
    [
      'not all were assessed',
      fresh(2, 3),
      open(0, 0, 0),
      'None is known to be, with doubts.',
      '1 instance of 3 was not assessed.',
    ],
    [
      'something is undecided',
      fresh(3, 3),
      open(0, 2, 0),
      'None is known to be, with doubts.',
      '2 findings could not be decided.',
    ],
    [
      'the scan is old',
      fresh(3, 3, '2026-01-29T12:00:00Z'),
      open(0, 0, 0),
      'None is known to be, with doubts.',
      'The scan is old: it closed 2 d 0 h ago.',
    ],
    [
      'there was no scan',
      { at: '2026-01-31T12:00:00Z' },
      open(0, 0, 0),
      'Nobody knows. No scan of the whole fleet has ended yet.',
      '',
    ],
  ] as const)('%s', (_, when, what, words, doubts) => {
    const said = headline(when, what)
    expect(textOf(said.words)).toBe(words)
    expect(textOf(said.doubts.map(String).join(' '))).toBe(doubts)
  })

  it('is never a plain no while there is a doubt', () => {
    const count = fc.integer({ min: 0, max: 3 })
    fc.assert(
      fc.property(count, count, count, count, fc.boolean(), (fails, errors, missing, waived, isOld) => {
        const when = fresh(5, 5 + missing, isOld ? '2026-01-01T00:00:00Z' : undefined)
        const { kind } = headline(when, open(fails + waived, errors, waived, fails))
        expect(kind).toBe(fails > 0 ? 'fail' : errors + missing > 0 || isOld ? 'error' : 'pass')
      }),
    )
  })
})

const days = fc
  .array(fc.record({ FAIL: fc.nat(5000), ERROR: fc.nat(5000), PASS: fc.nat(), notAssessed: fc.nat(50) }), {
    minLength: 2,
    maxLength: 366,
  })
  .map((all): TrendDay[] =>
    all.map((each, i) => ({ ...each, day: new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10) })),
  )

describe('the trend', () => {
  it('draws every day inside of its frame, and says the same as a table of at most 100 rows', () => {
    fc.assert(
      fc.property(days, (all) => {
        const made = String(trendChart(all))
        expect(made).not.toMatch(/NaN|undefined|Infinity|style=/)
        for (const [, path = ''] of made.matchAll(/ d="([^"]+)"/g))
          for (const [, x, y] of path.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)) {
            expect(Number(x)).toBeGreaterThanOrEqual(0)
            expect(Number(x)).toBeLessThanOrEqual(1000)
            expect(Number(y)).toBeGreaterThanOrEqual(0)
            expect(Number(y)).toBeLessThanOrEqual(200)
          }
        const rows = made.match(/<th scope="row">/g) ?? []
        expect(rows.length).toBe(all.length > 100 ? Math.ceil(all.length / 7) : all.length)
        expect(made).toContain(`<th scope="row">${all.at(-1)?.day}</th>`)
      }),
      { numRuns: 30 },
    )
  })

  it('says that it has nothing to draw after one day', () => {
    const day = { day: '2026-01-31', FAIL: 1, ERROR: 0, PASS: 1, notAssessed: 0 }
    expect(textOf(trendChart([day]))).toContain('at least two days')
    expect(textOf(trendChart([]))).toContain('at least two days')
  })

  it('counts in whole numbers from 0 to above the most, evenly', () => {
    fc.assert(
      fc.property(fc.nat(100_000), (most) => {
        const ticks = countTicks(most)
        expect(ticks[0]).toBe(0)
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(most)
        expect(ticks.length).toBeLessThanOrEqual(8)
        const steps = ticks.slice(1).map((tick, i) => tick - (ticks[i] ?? 0))
        expect(new Set(steps).size).toBe(1)
        expect(Number.isInteger(steps[0])).toBe(true)
      }),
    )
  })

  it('names the first and the last day, and few between', () => {
    expect(dayTicks(['a', 'b', 'c', 'd', 'e', 'f', 'g'], 3)).toEqual(['a', 'd', 'g'])
    expect(dayTicks(['a', 'b'], 5)).toEqual(['a', 'b'])
  })
})
