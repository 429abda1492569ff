import type { Coverage, CoverageState } from './coverage.ts'
import type { Finding, Severity, Status } from './finding.ts'

/** An instance, named so that it is unique over accounts and regions. */
export type Node = { account: string; region: string; instanceId: string }

/** `account/region/instance-id`: the key of a node in the table and in what users see. */
export const nodeKey = (node: Node): string => `${node.account}/${node.region}/${node.instanceId}`

/** A finding as it stands now, with its place in the fleet and in time (ISO 8601, UTC). */
export type StoredFinding = Finding &
  Node & {
    cluster?: string
    /** Since when the status has been what it is. */
    since: string
    previousStatus?: Status
    /** The scan that brought the status. */
    scanId: string
    evidenceHash?: string
    engineVersion: string
    ruleVersion: string
    /** What coverage says of the node now; anything but `assessed` means that the finding is stale. */
    coverage: CoverageState
    /** When the node was last assessed. */
    assessedAt: string
  }

/** One change of one finding; append-only. `from` absent: the first verdict on this node and rule. */
export type Transition = Node & {
  ruleId: string
  control: string
  severity: Severity
  cluster?: string
  scanId: string
  at: string
  from?: Status
  to: Status
  fromReason?: string
  reason: string
  message: string
  evidenceHash?: string
}

export type ScanRecord = {
  scanId: string
  status: 'open' | 'closed' | 'failed'
  trigger: 'schedule' | 'manual'
  openedAt: string
  closedAt?: string
  deadlineAt: string
  targets: number
  coverage?: Coverage
  /** Findings of the whole fleet by status when the scan closed. */
  findings?: Partial<Record<Status, number>>
  changes?: number
  engineVersion: string
  digest?: 'none' | 'frozen' | 'published'
  /** Targets whose role or inventory failed, in words. */
  targetErrors?: string[]
}
