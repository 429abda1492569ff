import type { Closing, Coverage, CoverageState } from './coverage.ts'
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
    /** Since when coverage has said so. */
    coverageSince: string
    /** When the node was last assessed. */
    assessedAt: string
    /** This was the last verdict, which is open no longer and was not mended either. */
    closed?: Closing
  }

/**
 * One change of one finding; append-only. `from` absent: the first verdict on this node and rule, or the first since
 * the node came back. `closed`: `to` is the last status, with which the node left the fleet or the rule was switched off: no recovery.
 */
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
  closed?: Closing
  reason: string
  message: string
  evidenceHash?: string
  /** Since when the status has been `to`: earlier than `at` where only the reason changed. */
  since?: string
  /** What judged: absent where nothing was. */
  engineVersion?: string
  ruleVersion?: string
  /** Set where the node's facts are the same and a newer engine or rule judges them otherwise. */
  cause?: 'engine' | 'rule'
  /**
   * Set on a restatement: the same evidence, judged again later. `restates` is when the restated verdict was given and
   * `scanId` its scan; `from` is what was stated last, `at` is when it was judged again.
   */
  restates?: string
}

export type ScanRecord = {
  scanId: string
  status: 'open' | 'closed' | 'failed' | 'cancelled'
  trigger: 'schedule' | 'manual'
  /** The instances that the scan was for, as they were named; absent: the whole fleet. */
  only?: string[]
  openedAt: string
  closedAt?: string
  deadlineAt: string
  targets: number
  /** Of their names: scans with the same one were of the same accounts and regions. Absent in scans of version 0.1. */
  targetsHash?: string
  coverage?: Coverage
  /** Findings of the whole fleet by status when the scan closed. */
  findings?: Partial<Record<Status, number>>
  changes?: number
  engineVersion: string
  digest?: 'none' | 'frozen' | 'published'
  /** Targets whose role or inventory failed, in words. */
  targetErrors?: string[]
  /** Targets, as `account/region`, that hold no instance with the tags; absent: none is empty. */
  emptyTargets?: string[]
  /** The seal over what the scan has recorded; absent until it is made, and in scans of version 0.1. */
  seal?: { number: number; hash: string }
}
