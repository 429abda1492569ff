import type { Coverage, CoverageState } from '../findings/coverage.ts'
import type { Finding, Severity, Status } from '../findings/finding.ts'
import type { Node, ScanRecord, StoredFinding, Transition } from '../findings/records.ts'

/** One (account, region) that a scan looks at; also its key in the table. */
export type TargetKey = { account: string; region: string }

/** What one scan saw of one instance. `fingerprint` only where it was assessed. */
export type Outcome = {
  instanceId: string
  state: CoverageState
  /** SSM's own status detail, or the reason code of evidence that could not be read. */
  detail?: string
  fingerprint?: string
}

/** The record of one command (or of the instances that got none: `n` is then `inventory`). Written once. */
export type CommandResult = TargetKey & {
  scanId: string
  n: string
  commandId?: string
  outcomes: Outcome[]
  /** The findings that changed: rule and instance of each transition of this scan. */
  changes: { instanceId: string; ruleId: string }[]
}

/** A command that was sent, so that it can be called back. `n` names it within scan and target. */
export type SentCommand = TargetKey & { scanId: string; n: string; commandId: string }

/** What is known of a target as such. */
export type TargetState = {
  /** The last successful inventory, and what it said; absent: this target is new. */
  inventoriedAt?: string
  coverage?: Coverage
  /** The collector that has passed its canary here. */
  collectorHash?: string
  /** Instances that have failed as canary since one passed: where the next try begins. */
  canaryFailures?: number
}

/** A node that was assessed: its verdicts and what they were judged on. */
export type Assessment = {
  node: Node
  cluster?: string
  tags: Record<string, string>
  /** Hash of the normalised facts: equal means that nothing that can decide a verdict has changed. */
  fingerprint: string
  /** Compressed Evidence JSON and its SHA-256 in hex. */
  evidence: { hash: string; gzip: Uint8Array }
  findings: Finding[]
  engineVersion: string
  ruleVersions: Record<string, string>
}

/** A node that was seen but not assessed. */
export type Sighting = {
  node: Node
  cluster?: string
  tags: Record<string, string>
  state: CoverageState
  detail?: string
}

export type Digest = {
  scanId: string
  route: string
  subject: string
  /** What SNS gets, by protocol: `default`, `email`, ... */
  bodies: Record<string, string>
  attributes: Record<string, string>
  publishedAt?: string
  messageId?: string
}

export type FindingFilter = {
  status?: Status[]
  rule?: string[]
  control?: string[]
  instance?: string[]
  cluster?: string[]
  account?: string[]
  region?: string[]
  severity?: Severity[]
  /** ISO 8601: only findings whose status has been so since then or later; for history, only later transitions. */
  since?: string
}

/**
 * The table, as the questions asked of it. Every write is conditional and may be repeated with the same input
 * without a second effect.
 */
export type Store = {
  /** Opens the scan and takes the lock; repeating it for the same scan is harmless. Throws ScanLockedError. */
  openScan(scan: ScanRecord): Promise<void>
  /** Records totals and releases the lock. */
  closeScan(
    scanId: string,
    end: Pick<
      ScanRecord,
      'status' | 'closedAt' | 'coverage' | 'findings' | 'changes' | 'digest' | 'targetErrors'
    >,
  ): Promise<void>
  scan(scanId: string): Promise<ScanRecord | undefined>
  /** Newest first. */
  scans(limit?: number): Promise<ScanRecord[]>

  /**
   * Stores verdicts, a node at a time but read in one batch: writes only what changed, a transition for each
   * finding whose status or reason changed. Returns the changes of this scan, also those that an earlier,
   * interrupted try of the same scan has already written.
   */
  applyAssessments(scanId: string, at: string, assessments: Assessment[]): Promise<CommandResult['changes']>
  /**
   * Moves nodes that were not assessed; their findings stay and are stale. Those of nodes that have left the fleet are
   * closed: they come back as changes, as from applyAssessments.
   */
  applySightings(scanId: string, at: string, sightings: Sighting[]): Promise<CommandResult['changes']>
  putCommandResult(result: CommandResult): Promise<void>
  /** The record of one command of a target; undefined until it is written. */
  commandResult(scanId: string, target: TargetKey, n: string): Promise<CommandResult | undefined>
  commandResults(scanId: string): Promise<CommandResult[]>
  /** A command that replaces another of the same name is recorded in its place. */
  putSentCommand(command: SentCommand): Promise<void>
  sentCommands(scanId: string): Promise<SentCommand[]>
  /** What the scan has changed of these nodes, made whole: for a command whose judging broke off for good. */
  changesMade(scanId: string, nodes: Node[]): Promise<CommandResult['changes']>
  /** The transitions that the scan made, read through its command results. */
  transitionsOf(scanId: string): Promise<Transition[]>
  /** Findings of the whole fleet by status, as they stand. */
  countFindings(): Promise<Partial<Record<Status, number>>>

  /** Freezes the body: a second freeze of the same scan and route returns the first. */
  freezeDigest(digest: Digest): Promise<Digest>
  markDigestPublished(scanId: string, route: string, at: string, messageId: string): Promise<void>
  unpublishedDigests(): Promise<Digest[]>
  digest(scanId: string, route: string): Promise<Digest | undefined>

  findings(filter: FindingFilter): Promise<StoredFinding[]>
  /** Transitions and restatements, oldest first. */
  history(filter: FindingFilter): Promise<Transition[]>
  /** The newest scan of the whole fleet that had closed by then. */
  scanAt(at: string): Promise<ScanRecord | undefined>
  /** The last transition of each finding at or before a moment; the filter is held against that. */
  transitionsAt(at: string, filter: FindingFilter): Promise<Transition[]>
  /** Oldest first. */
  restatements(filter: FindingFilter): Promise<Transition[]>
  /** Appends the nth restatement (from 1) of the verdict on its evidence. False: somebody else has appended it. */
  appendRestatement(restatement: Transition & { evidenceHash: string }, n: number): Promise<boolean>
  /** The Evidence JSON that a verdict was judged on. */
  evidence(node: Node, hash: string): Promise<unknown>
  /** Nodes known in a target, with their state: what tells retired and left-scope from never seen. */
  nodesOf(target: TargetKey): Promise<Sighting[]>
  target(target: TargetKey): Promise<TargetState | undefined>
  putTarget(
    target: TargetKey,
    state: Required<Pick<TargetState, 'inventoriedAt' | 'coverage'>>,
  ): Promise<void>
  putCanary(target: TargetKey, canary: Pick<TargetState, 'collectorHash' | 'canaryFailures'>): Promise<void>
}

/** Another scan is open. */
export class ScanLockedError extends Error {
  override readonly name = 'ScanLockedError'
  readonly openScanId: string
  readonly until: string

  constructor(openScanId: string, until: string) {
    super(`scan ${openScanId} is still open (its lock ends at ${until}); wait for it, then scan again`)
    this.openScanId = openScanId
    this.until = until
  }
}

/** The evidence was too large to keep; its verdicts stand. */
export class EvidenceNotKeptError extends Error {
  override readonly name = 'EvidenceNotKeptError'
  readonly hash: string
  /** Its compressed size. */
  readonly bytes: number

  constructor(hash: string, bytes: number) {
    super(`evidence ${hash} was too large to keep (${bytes} bytes compressed)`)
    this.hash = hash
    this.bytes = bytes
  }
}
