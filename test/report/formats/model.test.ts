import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isFullReport } from '../../../shared/report/audit-report.ts'
import { drawSample } from '../../../shared/report/audit-sample.ts'
import { removed } from '../../../shared/waivers/revisions.ts'
import { at, change, input, MOMENT, RULE, read, report, rulesWithout } from './report.fixture.ts'

describe('the model of a report', () => {
  it('accounts for every instance, with why it was not assessed', () => {
    const { population, coverage } = report()
    expect(coverage).toEqual({ total: 6, assessed: 5, byState: { assessed: 5, unreachable: 1, stopped: 1 } })
    expect(population.map(({ instanceId, state }) => `${instanceId} ${state}`)).toEqual([
      ...['i-a', 'i-b', 'i-c', 'i-d', 'i-e'].map((id) => `${id} assessed`),
      ...['i-f unreachable', 'i-g stopped'],
    ])
    expect(population.filter(({ why }) => why === undefined).map(({ instanceId }) => instanceId)).toEqual([
      'i-a',
      'i-b',
      'i-c',
      'i-d',
      'i-e',
    ])
    expect(population[5]).toMatchObject({
      detail: 'ConnectionLost',
      why: expect.stringContaining('no answer'),
    })
  })

  it('counts verdicts, waived failures, and verdicts from before the scan', () => {
    expect(report().totals).toEqual({
      findings: 6,
      byStatus: { PASS: 2, FAIL: 2, ERROR: 1, NOT_APPLICABLE: 1 },
      waived: 1,
      stale: 1,
    })
  })

  it('says how many controls of the section rules answer, and lists the others as done by hand', () => {
    expect(report().automated).toMatchObject({ version: '1.5.1', section: '2', answered: 6, of: 7 })
    const less = report({}, { rules: rulesWithout('2.4') })
    expect(less.automated).toMatchObject({ answered: 5, of: 7 })
    expect(less.controls.map(({ control, automated }) => [control, automated])).toEqual([
      ...[
        ['2.1', true],
        ['2.2', true],
        ['2.3', true],
        ['2.4', false],
      ],
      ...[
        ['2.5', true],
        ['2.6', true],
        ['2.7', false],
      ],
    ])
    expect(less.controls[2]).toMatchObject({ pass: 2, fail: 2, waived: 1, error: 1, notApplicable: 1 })
  })

  it('is restricted to clusters, accounts and controls', () => {
    const of = (scope: object) => report({}, { scope })
    expect(of({ cluster: ['nowhere'] }).coverage).toMatchObject({ total: 0 })
    expect(of({ account: ['222222222222'] }).scope).toMatchObject({ targets: [], account: ['222222222222'] })
    expect(of({ control: ['2.3'] })).toMatchObject({
      controls: [{ control: '2.3' }],
      versions: { rules: [{ id: RULE }] },
      automated: { answered: 6 },
    })
    expect(of({ control: ['2.1'] }).exceptions).toEqual([])
    expect(of({ cluster: ['harbour'] }).exceptions).toHaveLength(1)
  })

  it('shows who approved each exception, until when, and how much it covers', () => {
    const [exception] = report().exceptions
    expect(exception).toMatchObject({ inForce: true, covers: 1, approvedBy: expect.stringMatching(/^bob/) })
    const [waiver] = input().waivers
    if (!waiver) throw new Error('there is no waiver')
    const takenBack = removed(waiver, { who: 'carol', at: '2026-01-25T12:00:00.000Z' })
    const waivers = [waiver, takenBack]
    expect(report({}, { waivers }).exceptions).toMatchObject([{ inForce: false, removed: { by: 'carol' } }])
    const later = { from: '2026-01-26T00:00:00.000Z', to: MOMENT }
    expect(report({}, { waivers, period: later }).exceptions).toEqual([])
    const { period: _, ...moment } = input()
    expect(report({}, { ...moment, period: undefined, waivers } as object).exceptions).toEqual([])
  })

  it('holds the changes of the period, when findings were first recorded, and what has left', () => {
    const { changes, findings, departed } = report()
    expect(changes.map(({ at: when, to }) => `${when.slice(0, 10)} ${to}`)).toEqual([
      ...['2026-01-09 FAIL', '2026-01-10 PASS', '2026-01-10 FAIL'],
    ])
    expect(findings[0]?.recorded).toEqual({
      first: '2026-01-01T12:00:00.000Z',
      last: '2026-01-10T12:00:00.000Z',
    })
    expect(departed).toMatchObject([
      { instanceId: 'i-h', closed: 'retired', firstAt: '2026-01-02T12:00:00.000Z' },
    ])
  })

  it('takes no restatement for a change of the finding', () => {
    const restated = change(at('i-a'), '2026-01-20T12:00:00.000Z', 'FAIL', {
      restates: '2026-01-10T12:00:00.000Z',
    })
    const { findings } = report({}, { history: [...input().history, restated] })
    expect(findings[0]?.recorded?.last).toBe('2026-01-10T12:00:00.000Z')
  })

  it('is full only where all were assessed, something was there, and no target failed', () => {
    const { scan, ...made } = report()
    const { targetErrors: _, ...whole } = scan
    const all = { ...made.coverage, assessed: 6 }
    expect(isFullReport({ ...made, coverage: all, scan: whole })).toBe(true)
    expect(isFullReport({ ...made, coverage: all, scan })).toBe(false)
    expect(isFullReport({ ...made, scan: whole })).toBe(false)
    expect(isFullReport({ ...made, scan: whole, coverage: { total: 0, assessed: 0, byState: {} } })).toBe(
      false,
    )
  })
})

describe('a sample', () => {
  const all = Array.from({ length: 400 }, (_, i) => read(at(`i-${i}`), 'PASS'))
  const ids = (seed: number, of = all) => drawSample(of, 25, seed).map(({ instanceId }) => instanceId)

  it('is the same for the same seed, in whatever order the verdicts come, and another for another seed', () => {
    expect(ids(1)).toEqual(ids(1, all.toReversed()))
    expect(new Set(ids(1)).size).toBe(25)
    expect(ids(2)).not.toEqual(ids(1))
  })

  it('is what anybody draws with nothing but SHA-256', () => {
    const rank = (id: string) =>
      createHash('sha256').update(`1:111111111111/eu-central-1/${id}/${RULE}`).digest('hex')
    const byHand = all.map(({ instanceId }) => instanceId).sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    expect(ids(1)).toEqual(byHand.slice(0, 25))
  })

  it('takes no verdict more often than others', () => {
    const times = new Map<string, number>()
    for (let seed = 0; seed < 400; seed++) for (const id of ids(seed)) times.set(id, (times.get(id) ?? 0) + 1)
    // 25 of 400, 400 times: 25 times each on average, give or take 4.8; six times that is never seen.
    expect(times.size).toBe(400)
    expect(Math.max(...times.values())).toBeLessThan(55)
  })

  it('is everything where less is there than was asked for', () => {
    expect(drawSample(all.slice(0, 3), 25, 1)).toHaveLength(3)
  })
})
