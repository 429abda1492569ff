import fc from 'fast-check'
import { type CoverageState, coverageOf } from '../../shared/findings/coverage.ts'
import type { Status } from '../../shared/findings/finding.ts'
import { type Node, nodeKey } from '../../shared/findings/records.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
import type { Store } from '../../shared/store/store.ts'
import { assessment, finding, sighting } from '../store/fleet.fixture.ts'

export const RULES = ['rule-a', 'rule-b'] as const
type Rule = (typeof RULES)[number]

export type Member = { node: Node; cluster?: string }
const member = (n: number, account: string, cluster?: string): Member => ({
  node: { account, region: n % 2 ? 'eu-west-1' : 'us-east-1', instanceId: `i-${n}` },
  ...(cluster !== undefined && { cluster }),
})
export const MEMBERS: Member[] = [
  member(0, '111111111111', 'harbour'),
  member(1, '111111111111', 'harbour'),
  member(2, '222222222222', 'harbour'),
  member(3, '222222222222', 'orchard'),
  member(4, '222222222222'),
]

/** What a scan sees of one member: its verdicts by rule, or why there are none. */
export type Sight = Record<Rule, Status> | Exclude<CoverageState, 'assessed'>
export type Scan = { gapHours: number; kind: 'whole' | 'single' | 'cancelled'; seen: (Sight | undefined)[] }

const status = fc.constantFrom<Status>('PASS', 'PASS', 'FAIL', 'FAIL', 'ERROR', 'NOT_APPLICABLE')
const sight: fc.Arbitrary<Sight | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ 'rule-a': status, 'rule-b': status }) },
  { weight: 2, arbitrary: fc.constantFrom<Sight>('unreachable', 'stopped', 'retired', 'unmanaged') },
  { weight: 1, arbitrary: fc.constant(undefined) },
)
/** Scans in order; the first is of the whole fleet. */
export const histories: fc.Arbitrary<Scan[]> = fc.array(
  fc.record({
    gapHours: fc.integer({ min: 2, max: 40 }),
    kind: fc.constantFrom<Scan['kind']>('whole', 'whole', 'whole', 'single', 'cancelled'),
    seen: fc.array(sight, { minLength: MEMBERS.length, maxLength: MEMBERS.length }),
  }),
  { minLength: 1, maxLength: 9 },
)

/** What is known without a table: one entry a scan, one a member it saw. */
export type Past = {
  scanId: string
  kind: Scan['kind']
  openedAt: string
  at: string
  closedAt: string
  seen: Map<number, Sight>
}

const BEGIN = Date.UTC(2026, 0, 1, 1)
const HOUR = 3_600_000

/** Runs the scans on a store, as run-scan and parse-results would, and returns what happened. */
export const lived = async (store: Store, scans: Scan[]): Promise<Past[]> => {
  const past: Past[] = []
  const known = new Set<number>()
  let time = BEGIN
  for (const { gapHours, kind, seen } of scans) {
    time += gapHours * HOUR
    const [openedAt, at, closedAt] = [0, 1, 2].map((m) => new Date(time + m * 60_000).toISOString()) as [
      string,
      string,
      string,
    ]
    const scanId = scanIdOf(openedAt)
    const sights = new Map<number, Sight>()
    for (const [i, each] of seen.entries()) {
      if (each === undefined || (kind === 'single' && i > 0)) continue
      // Nobody hears of an instance for the first time when it has gone.
      if (each === 'retired' && !known.has(i)) continue
      if (each === 'retired') known.delete(i)
      else known.add(i)
      sights.set(i, each)
    }
    // Of whom a scan of the whole fleet says nothing, it has not looked at the account and region.
    const targetsHash = [...known].filter((i) => !sights.has(i)).join()
    await store.openScan({
      ...{ scanId, openedAt, status: 'open', trigger: 'schedule', deadlineAt: closedAt },
      ...{ targets: 4, targetsHash },
      ...{ engineVersion: '1', ...(kind === 'single' && { only: ['i-0'] }) },
    })
    for (const { node } of MEMBERS)
      await store.putTarget(node, { inventoriedAt: openedAt, coverage: coverageOf([]) })
    await write(store, scanId, at, sights)
    await store.closeScan(scanId, {
      status: kind === 'cancelled' ? 'cancelled' : 'closed',
      closedAt,
      coverage: coverageOf([...sights.values()].map(stateOf)),
      findings: await store.countFindings(),
      targetErrors: [],
    })
    past.push({ scanId, kind, openedAt, at, closedAt, seen: sights })
  }
  return past
}

export const stateOf = (each: Sight): CoverageState => (typeof each === 'string' ? each : 'assessed')

const write = async (store: Store, scanId: string, at: string, sights: Map<number, Sight>): Promise<void> => {
  for (const [i, each] of sights) {
    const { node, cluster } = MEMBERS[i] as Member
    const { account, region, instanceId } = node
    const more = cluster === undefined ? {} : { cluster }
    const verdicts = (of: Record<Rule, Status>) =>
      RULES.map((ruleId) => finding(of[ruleId], of[ruleId], { ruleId, severity: 'high' }))
    const changes =
      typeof each === 'string'
        ? await store.applySightings(scanId, at, [sighting(node, each, more)])
        : await store.applyAssessments(scanId, at, [assessment(node, verdicts(each), more)])
    const outcomes = [
      { instanceId, state: stateOf(each), ...(typeof each === 'string' && { detail: `Is ${each}` }) },
    ]
    await store.putCommandResult({ scanId, account, region, n: String(i), outcomes, changes })
  }
}

/** By node and rule the status that stands, after all scans of which `until` is true. */
export const naiveState = (past: Past[], until: (scan: Past) => boolean): Map<string, Status> => {
  const state = new Map<string, Status>()
  for (const { seen } of past.filter(until))
    for (const [i, each] of seen)
      for (const ruleId of RULES) {
        const key = `${nodeKey((MEMBERS[i] as Member).node)}#${ruleId}`
        if (each === 'retired') state.delete(key)
        else if (typeof each !== 'string') state.set(key, each[ruleId])
      }
  return state
}

/** Later than all of it. */
export const NOW = new Date(BEGIN + 60 * 24 * HOUR).toISOString()
export const FIRST_DAY = '2026-01-01T00:00:00.000Z'
