import type { Coverage } from '../../shared/findings/coverage.ts'
import type { Severity, Status } from '../../shared/findings/finding.ts'
import type { ScanRecord } from '../../shared/findings/records.ts'
import type { OverdueFinding } from '../../shared/queries/beyond-sla.ts'
import type { Change } from '../../shared/queries/changes.ts'
import type { SeenInstance } from '../../shared/queries/fleet-then.ts'
import type { Freshness } from '../../shared/queries/freshness.ts'
import type { PostureRow } from '../../shared/queries/posture.ts'
import type { Rule } from '../../shared/rules/rule.ts'
import type { TargetKey } from '../../shared/store/store.ts'

/** What the API answers to the frame's pages, by route. */
export type FleetAnswer = {
  fresh: Freshness
  coverage?: Coverage
  findings?: Partial<Record<Status, number>>
}

/** What is open; `waived` are some of FAIL. */
export type OpenCounts = { FAIL: number; ERROR: number; waived: number }
export type OpenOfCluster = OpenCounts & { cluster: string; worst: Severity }
export type SummaryAnswer = {
  fresh: Freshness
  total: OpenCounts
  bySeverity: Partial<Record<Severity, OpenCounts>>
  byCluster: OpenOfCluster[]
  byRule: Record<string, OpenCounts>
  /** Open for longer than allowed and not waived, and the first few of them. */
  overdue: { count: number; first: OverdueFinding[] }
  /** Instances of which something fails that is not waived. */
  failing: number
}
export type PostureAnswer = { fresh: Freshness; rows: PostureRow[] }
export type ChangesAnswer = { fresh: Freshness; changes: Change[]; next?: string }
export type InstancesAnswer = {
  fresh: Freshness
  instances: (SeenInstance & { cluster?: string })[]
  next?: string
}
export type ScansAnswer = { scans: ScanRecord[]; next?: string }
export type TargetSeen = TargetKey & { instances: number; byState: Coverage['byState'] }
export type ScanAnswer = {
  scan: ScanRecord
  progress: { sent: number; answered: number }
  targets: TargetSeen[]
}
export type RulesAnswer = { rules: ShownRule[] }
export type ShownRule = Pick<
  Rule,
  | 'id'
  | 'version'
  | 'title'
  | 'severity'
  | 'description'
  | 'rationale'
  | 'remediation'
  | 'impact'
  | 'defaultValue'
  | 'references'
  | 'controls'
>

/** The control of the CIS Kubernetes benchmark that a rule answers. */
export const cisControl = ({ id, controls }: ShownRule): string =>
  (controls.find(({ framework }) => framework === 'cis-kubernetes') ?? controls[0])?.control ?? id
