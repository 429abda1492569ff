import { describe, expect, it, test } from 'vitest'
import { renderFindings } from '../../shared/report/findings-table.ts'
import { unpainted } from '../../shared/report/grid.ts'
import { renderJson } from '../../shared/report/json.ts'
import { renderPlan, renderWaiverLog, renderWaivers } from '../../shared/report/waivers-table.ts'
import { planOf } from '../../shared/waivers/plan.ts'
import { changed, logOf, removed } from '../../shared/waivers/revisions.ts'
import type { Waiver } from '../../shared/waivers/waiver.ts'
import { PAYLOADS } from '../hostile/payloads.ts'
import { problemsOf } from '../hostile/problems.ts'
import { finding } from '../store/fleet.fixture.ts'
import { day, endOf, request, waiver } from '../waivers/waivers.fixture.ts'

const BOB = 'arn:aws:iam::111111111111:user/bob'
const shown = (each: Waiver) => ({ ...each, state: 'in-force' as const, matches: 2, problems: [] })

describe('the list of waivers', () => {
  it('has a line for each, and below it why and who says so', () => {
    expect(renderWaivers([shown(waiver({ approvedBy: 'carol' }))], unpainted)).toBe(
      `WAIVER               STATE     UNTIL       SCOPE            RULE                    COVERS  PROBLEMS
w-20260101-f9a904d7  in force  2026-01-31  cluster harbour  etcd-auto-tls-disabled  2
  moves to kubeadm (SEC-1)
  by arn:aws:iam::111111111111:user/alice on 2026-01-01, approved by carol

1 waiver
`,
    )
    expect(renderWaivers([], unpainted)).toBe('no waivers\n')
  })

  it('names what is wrong with one, and who removed one', () => {
    const wrong = { ...shown(waiver()), problems: ['unused', 'over-broad'] as const }
    expect(renderWaivers([{ ...wrong, problems: [...wrong.problems] }], unpainted)).toContain(
      '2       unused, over-broad\n',
    )
    const gone = { ...shown(removed(waiver(), { who: BOB, at: day(3) })), state: 'removed' as const }
    const text = renderWaivers([gone], unpainted)
    expect(text).toContain(`  removed by ${BOB} on 2026-01-04\n`)
    expect(text).toMatch(/ removed +2026-01-31 +cluster harbour +etcd-auto-tls-disabled\n/)
  })
})

test('the log says who did what, and what became of which field', () => {
  const first = waiver()
  const second = changed(first, request({ until: endOf(60), approvedBy: 'carol' }), { who: BOB, at: day(1) })
  expect(renderWaiverLog(logOf([first, second]), unpainted)).toBe(
    `AT                 WAIVER               CHANGE   BY                                    SCOPE            RULE                    UNTIL
2026-01-01 12:00Z  w-20260101-f9a904d7  added    arn:aws:iam::111111111111:user/alice  cluster harbour  etcd-auto-tls-disabled  2026-01-31
2026-01-02 12:00Z  w-20260101-f9a904d7  changed  arn:aws:iam::111111111111:user/bob    cluster harbour  etcd-auto-tls-disabled  2026-03-02
  approvedBy: none -> carol
  until: 2026-01-31 -> 2026-03-02
`,
  )
})

test('the difference to a file has a sign for each change', () => {
  const other = waiver({ scope: { kind: 'tag', value: 'team=a' } })
  const wanted = [request({ ticket: 'SEC-9' }), request({ scope: { kind: 'instance', value: 'i-1' } })]
  const plan = planOf(wanted, [waiver(), other], { who: BOB, at: day(1) })
  expect(renderPlan(plan, true)).toMatch(
    /^~ w-20260101-\S+: .* cluster harbour, until 2026-01-31\n {2}ticket: SEC-1 -> SEC-9\n\+ w-20260102-.* instance i-1, .*\n- w-20260101-.* tag team=a, .*\n\n1 to be added, 1 to be changed, 1 to be removed, nothing was done\n$/,
  )
  expect(renderPlan(plan, false)).toMatch(/\n1 added, 1 changed, 1 removed\n$/)
})

test('a waived failure comes after the others, and its status is no other', () => {
  const { id, until, reason, ticket, who } = waiver()
  const text = renderFindings(
    [
      { where: 'i-waived', finding: finding('FAIL'), waived: { id, until, reason, ticket, who } },
      { where: 'i-passes', finding: finding('PASS') },
      { where: 'i-fails', finding: finding('FAIL') },
    ],
    unpainted,
  )
  expect(
    [...text.matchAll(/^(\w+(?: waived)?) +(i-\w+)/gm)].map(([, status, id]) => `${status} ${id}`),
  ).toEqual(['FAIL i-fails', 'FAIL waived i-waived', 'PASS i-passes'])
  expect(text).toContain(`\n  waived    until 2026-01-31 by ${id}: moves to kubeadm (SEC-1)\n`)
  expect(text).toContain('\n3 findings: 2 FAIL (1 waived), 1 PASS\n')
})

test.each(Object.entries(PAYLOADS))('%s acts on nobody who reads of waivers', (_, payload) => {
  const hostile = {
    ...waiver({ ...request(), rule: payload, scope: { kind: 'cluster', value: payload } }),
    ...{ id: payload, reason: payload, ticket: payload, who: payload, approvedBy: payload },
  }
  const next = changed(hostile, request({ ticket: `${payload}!` }), { who: payload, at: day(1) })
  const plan = {
    what: 'change' as const,
    next: hostile,
    differences: logOf([hostile, { ...next, id: payload }])[1]?.differences ?? [],
  }
  expect(plan.differences).not.toEqual([])
  const gone = removed(hostile, { who: payload, at: day(2) })
  expect(
    problemsOf({
      list: renderWaivers([shown(hostile), { ...shown(gone), state: 'removed' }], unpainted),
      log: renderWaiverLog(logOf([hostile, next]), unpainted),
      plan: renderPlan([plan], false),
      findings: renderFindings([{ where: 'i-1', finding: finding('FAIL'), waived: hostile }], unpainted),
      JSON: renderJson([hostile, gone]),
    }),
  ).toEqual([])
})
