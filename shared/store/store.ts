import type { Coverage, CoverageState } from '../findings/coverage.ts'
import type { Finding, Severity, Status } from '../findings/finding.ts'
import type { Node, ScanRecord, StoredFinding, Transition } from '../findings/records.ts'
import type { Ledger } from '../push/plan-push.ts'
import type { WaiverPolicy } from '../waivers/policy.ts'
import type { Waiver } from '../waivers/waiver.ts'
import type { SealStore } from './seals.ts'

/** One (account, region) that a scan looks at; also its key in the table. */
export type TargetKey = { account: string; region: string }

/** What one scan saw of one instance. `fingerprint` only where it was assessed. */
export type Outcome = {
  instanceId: string
  state: CoverageState
  /** SSM's own status detail, or the reason code of evidence that could not be read. */
  detail?: string
  fingerprint?: string
  /** SHA-256 of the evidence that this scan has stored of the instance; absent: what is stored of it still holds. */
  evidence?: string
  /** That evidence was too large to keep. */
  evidenceNotKept?: true
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
export type SentCommand = TargetKey & {
  scanId: string
  n: string
  commandId: string
  /** How many instances it was sent to; absent in scans of version 0.1. */
  instances?: number
}

/** What is known of a target as such. */
export type TargetState = {
  /** The last successful inventory, and what it said; absent: this target is new. */
  inventoriedAt?: string
  /** The first successful one: the opening time of the scan that is this target's baseline. */
  firstInventoriedAt?: string
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
  /** By rule, those of the findings that are not the rule's own; absent: all are. */
  severities?: Record<string, Severity>
}

/** A node that was seen but not assessed. */
export type Sighting = {
  node: Node
  cluster?: string
  tags: Record<string, string>
  state: CoverageState
  detail?: string
}

/** A finding whose flapping a scan has told of, and which is not told of again until it settles. */
export type FlappingFinding = Node & {
  ruleId: string
  /** The scan that told of it, and when. */
  toldIn: string
  toldAt: string
  /** The scan that tells that it is quiet. */
  settledIn?: string
}

/** When people were last reminded of what is open, and by which scan; `baseline`: not yet, weeks are counted from it. */
export type Reminder = { at: string; scanId: string; baseline?: boolean }

/** A node as it stands, with when it was last assessed as of the last change of its state. */
export type KnownNode = Sighting & { assessedAt?: string }

/**
 * What a scan's configuration demands of those who use the table afterwards. It is read from here and not from a file of
 * theirs, so that nobody gets round it by another file.
 */
export type Settings = {
  waivers: WaiverPolicy
  /** Days that a finding may stay open, by severity; absent in tables of earlier versions. */
  sla?: Record<Severity, number>
}

/** A version of a rule as a scan judged by it. `rule` is its content, as JSON; whoever reads it checks it. */
export type KeptRule = {
  ruleId: string
  version: string
  /** SHA-256, in hex, of what of the rule decides verdicts: see shared/history/kept-rules.ts. */
  hash: string
  rule: unknown
  /** When it was first kept. */
  keptAt: string
}

/** One message of a scan, for one route and destination: `route` is made by `digestKey`. */
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

/** Some findings; `next` is the place to go on from, absent: these were the last. */
export type FindingPage = { findings: StoredFinding[]; next?: string }

/** What the list of findings holds of one. */
export type StandingFinding = Node & { ruleId: string; status: Status }

/**
 * The table, as the questions asked of it. Every write is conditional and may be repeated with the same input
 * without a second effect.
 */
export type Store = {
  /**
   * Opens the scan and takes the lock. Throws ScanLockedError where another scan has it, and where another execution has it
   * for this one: a start that is delivered twice must not scan twice. `execution` may repeat it.
   */
  openScan(scan: ScanRecord, execution?: string): Promise<void>
  /** Records totals and releases the lock. */
  closeScan(
    scanId: string,
    end: Pick<
      ScanRecord,
      'status' | 'closedAt' | 'coverage' | 'findings' | 'changes' | 'digest' | 'targetErrors' | 'emptyTargets'
    >,
  ): Promise<void>
  scan(scanId: string): Promise<ScanRecord | undefined>
  /** Newest first; `openedBy`: without those that opened later. */
  scans(limit?: number, openedBy?: string): Promise<ScanRecord[]>

  /**
   * Stores verdicts, a node at a time but read in one batch: writes only what changed, a transition for each
   * finding whose status or reason changed. Returns the changes of this scan, also those that an earlier,
   * interrupted try of the same scan has already written. `onEvidence` is told of the evidence that this scan has stored.
   */
  applyAssessments(
    scanId: string,
    at: string,
    assessments: Assessment[],
    onEvidence?: (node: Node, hash: string) => void,
  ): Promise<CommandResult['changes']>
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
  /** Every digest of the scan, by route. */
  digestsOf(scanId: string): Promise<Digest[]>

  findings(filter: FindingFilter): Promise<StoredFinding[]>
  /** Transitions and restatements, oldest first. */
  history(filter: FindingFilter): Promise<Transition[]>
  /** The newest scan of the whole fleet that had closed by then. */
  scanAt(at: string): Promise<ScanRecord | undefined>
  /**
   * The last transition of each finding at or before a moment; the filter is held against that. Findings that were closed by
   * then are among them only where their instance is named.
   */
  transitionsAt(at: string, filter: FindingFilter): Promise<Transition[]>
  /** Oldest first. */
  restatements(filter: FindingFilter): Promise<Transition[]>
  /** Appends the nth restatement (from 1) of the verdict on its evidence. False: somebody else has appended it. */
  appendRestatement(restatement: Transition & { evidenceHash: string }, n: number): Promise<boolean>
  /** The Evidence JSON that a verdict was judged on. */
  evidence(node: Node, hash: string): Promise<unknown>
  /** The nodes of these that are known, as they stand. */
  nodes(nodes: Node[]): Promise<KnownNode[]>
  flapping(): Promise<FlappingFinding[]>
  beginFlapping(finding: FlappingFinding): Promise<void>
  settleFlapping(finding: Node & { ruleId: string }, settledIn: string): Promise<void>
  endFlapping(finding: Node & { ruleId: string }, settledIn: string): Promise<void>
  reminder(): Promise<Reminder | undefined>
  /** False: the last reminder is no longer the one that was seen. */
  putReminder(next: Reminder, seen: Reminder | undefined): Promise<boolean>
  /** Nodes known in a target, with their state: what tells retired and left-scope from never seen; those of some clusters alone. */
  nodesOf(target: TargetKey, clusters?: string[]): Promise<Sighting[]>
  /** The accounts that the last scan saw in an organizational unit; undefined before the first. */
  unit(id: string): Promise<string[] | undefined>
  putUnit(id: string, accounts: string[]): Promise<void>
  target(target: TargetKey): Promise<TargetState | undefined>
  putTarget(
    target: TargetKey,
    state: Required<Pick<TargetState, 'inventoriedAt' | 'coverage'>>,
  ): Promise<void>
  putCanary(target: TargetKey, canary: Pick<TargetState, 'collectorHash' | 'canaryFailures'>): Promise<void>
  /** Every waiver as it stands, those that were taken back too, by id. */
  waivers(): Promise<Waiver[]>
  /** Every revision that any waiver has had, the one that stands included. */
  waiverRevisions(): Promise<Waiver[]>
  /** Puts a waiver, new or in place of the revision that was seen. False: it is no longer the one that was seen. */
  putWaiver(next: Waiver, seen: Waiver | undefined): Promise<boolean>
  /** What the newest scan's configuration demands; undefined before the first scan. */
  settings(): Promise<Settings | undefined>
  putSettings(settings: Settings): Promise<void>
  /** Keeps versions of rules; one that is kept already stands, whatever its content. Returns them as they are kept now. */
  keepRules(rules: KeptRule[]): Promise<KeptRule[]>
  /** Every version of every rule that was kept, by id and version. */
  keptRules(): Promise<KeptRule[]>

  /**
   * A page of the findings as they stand: FAIL, ERROR, PASS, NOT_APPLICABLE, each by rule and node. `after` is the `next` of
   * the page before. What changes between two pages may show on both or on none. What was closed shows where its instance is
   * named, unless `closed` is false.
   */
  findingsPage(
    filter: FindingFilter,
    limit: number,
    after?: string,
    which?: { closed?: boolean },
  ): Promise<FindingPage>
  /** Every finding of the fleet by its entry in the list alone; by status, rule, account and region. */
  standing(filter: FindingFilter): Promise<StandingFinding[]>
  /** Changes after `from`, up to and with `to`, oldest first; no restatements. */
  transitionsBetween(from: string, to: string, filter: FindingFilter): Promise<Transition[]>
  /** Of these changes those that ended a failure or an error: to PASS or NOT_APPLICABLE, or closed. */
  endsBetween(from: string, to: string, filter: FindingFilter): Promise<Transition[]>
  /** The change of the same finding before this one. */
  transitionBefore(
    transition: Pick<Transition, keyof Node | 'ruleId' | 'scanId' | 'at' | 'from'>,
  ): Promise<Transition | undefined>
  /** Scans that opened after `from`, up to and with `to`, oldest first. */
  scansBetween(from: string, to: string): Promise<ScanRecord[]>
  /** Every target that was ever inventoried; empty in a table that only earlier versions have written. */
  targets(): Promise<TargetKey[]>
  /** What a scan has recorded of one target. */
  resultsOfTarget(scanId: string, target: TargetKey): Promise<CommandResult[]>

  seals: SealStore
  /** What was sent to Security Hub of a target; empty before the first push. */
  pushed(target: TargetKey): Promise<Ledger>
  /** Keeps what was sent now, where it differs from what was seen, and returns what is kept; what another push kept later stays. */
  putPushed(target: TargetKey, next: Ledger, seen: Ledger): Promise<Ledger>
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
