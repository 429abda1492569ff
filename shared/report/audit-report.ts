import { type Coverage, coverageOf } from '../findings/coverage.ts'
import type { Status } from '../findings/finding.ts'
import type { ScanRecord, Transition } from '../findings/records.ts'
import type { PastFleet } from '../history/past.ts'
import type { Rule } from '../rules/rule.ts'
import type { CommandResult, FindingFilter } from '../store/store.ts'
import type { Waiver } from '../waivers/waiver.ts'
import { type AuditControl, type Automated, automatedOf, controlsOf } from './audit-controls.ts'
import { type AuditException, exceptionsOf } from './audit-exceptions.ts'
import {
  type AuditFinding,
  type Departed,
  departedOf,
  findingsOf,
  type ReadFinding,
} from './audit-findings.ts'
import { type AuditInstance, populationOf } from './audit-population.ts'
import type { Sample } from './audit-sample.ts'

/** What a report is restricted to; an absent list is everything. */
export type AuditScope = Pick<FindingFilter, 'account' | 'cluster' | 'control'>

/** What a report is made of: everything that was read for it, and when. Times are ISO 8601, UTC. */
export type AuditInput = {
  generatedAt: string
  scope: AuditScope
  period?: { from: string; to: string }
  past: Omit<PastFleet, 'findings'>
  findings: ReadFinding[]
  /** The cluster of each instance by node key, where one is known. */
  clusters: ReadonlyMap<string, string>
  /** Every revision of every waiver. */
  waivers: Waiver[]
  /** The changes of the period, or with `wholeHistory` every change of these findings up to the moment; oldest first. */
  history: Transition[]
  wholeHistory: boolean
  rules: readonly Rule[]
  /** Of this program, and of the engine in it. */
  versions: { fleetScanner: string; engine: string }
  sample?: Sample
}

/** The one model that every format shows. Public as JSON: docs/reports.md describes each key. */
export type AuditReport = {
  kind: 'fleet-scanner/report'
  schemaVersion: 1
  generatedAt: string
  /** The moment that the report is about. */
  at: string
  period?: { from: string; to: string }
  scope: AuditScope & { targets: { account: string; region: string }[] }
  /** The newest scan of the whole fleet that had closed by the moment: who was there, and how fresh all this is. */
  scan: Pick<ScanRecord, 'scanId' | 'openedAt' | 'targetErrors' | 'emptyTargets' | 'seal'> & {
    closedAt: string
  }
  versions: AuditInput['versions'] & {
    rules: { id: string; version: string }[]
    /** The engines that gave the verdicts shown. */
    judgedBy: string[]
  }
  coverage: Coverage
  population: AuditInstance[]
  totals: Totals
  automated: Automated
  controls: AuditControl[]
  findings: AuditFinding[]
  exceptions: AuditException[]
  changes: Transition[]
  /** The last verdicts of instances that have left and of rules switched off; only where the whole history was read. */
  departed?: Departed[]
  sample?: Sample
}

/** `stale`: verdicts older than the scan, of instances that it did not assess. */
export type Totals = { findings: number; byStatus: Record<Status, number>; waived: number; stale: number }

/** The report; pure. */
export const auditReport = (input: AuditInput): AuditReport => {
  const { generatedAt, scope, period, past, rules, versions, sample } = input
  const { at, scan } = past
  const population = populationOf(past.results, input.clusters, scope)
  const findings = findingsOf(input.findings, input.wholeHistory ? input.history : [])
  const asked = rules.filter((rule) => isAskedFor(rule, scope))
  return {
    ...{ kind: 'fleet-scanner/report', schemaVersion: 1, generatedAt, at },
    ...(period && { period }),
    scope: { ...scope, targets: targetsOf(past.results, scope) },
    scan: {
      ...{ scanId: scan.scanId, openedAt: scan.openedAt, closedAt: scan.closedAt ?? scan.openedAt },
      ...(scan.targetErrors?.length && { targetErrors: scan.targetErrors }),
      ...(scan.emptyTargets?.length && { emptyTargets: scan.emptyTargets }),
      ...(scan.seal && { seal: scan.seal }),
    },
    versions: {
      ...versions,
      rules: asked.map(({ id, version }) => ({ id, version: String(version) })),
      judgedBy: [...new Set(findings.flatMap(({ engineVersion = [] }) => engineVersion))].sort(),
    },
    coverage: coverageOf(population.map(({ state }) => state)),
    population,
    totals: totalsOf(findings),
    automated: automatedOf(rules),
    controls: controlsOf(rules, findings, scope.control),
    findings,
    exceptions: exceptionsOf(input.waivers, findings, { at, ...(period && { period }), scope, rules: asked }),
    changes: period ? input.history.filter((each) => each.at >= period.from && each.at <= period.to) : [],
    ...(input.wholeHistory && { departed: departedOf(input.history) }),
    ...(sample && { sample }),
  }
}

/** Whether nothing of the population and no target was left out: an empty fleet is not full either. */
export const isFullReport = ({ coverage, scan }: AuditReport): boolean =>
  coverage.total > 0 && coverage.assessed === coverage.total && !scan.targetErrors

const isAskedFor = (rule: Rule, { control }: AuditScope): boolean =>
  control === undefined || rule.controls.some((each) => control.includes(each.control))

const targetsOf = (
  results: CommandResult[],
  { account }: AuditScope,
): { account: string; region: string }[] =>
  [...new Map(results.map((each) => [`${each.account}/${each.region}`, each])).entries()]
    .filter(([, each]) => account?.includes(each.account) ?? true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { account, region }]) => ({ account, region }))

const totalsOf = (findings: AuditFinding[]): Totals => {
  const byStatus: Totals['byStatus'] = { PASS: 0, FAIL: 0, ERROR: 0, NOT_APPLICABLE: 0 }
  for (const { status } of findings) byStatus[status]++
  return {
    ...{ findings: findings.length, byStatus },
    waived: findings.filter(({ waived }) => waived).length,
    stale: findings.filter(({ stale }) => stale).length,
  }
}
