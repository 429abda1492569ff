import type { DurableContext } from '@aws/durable-execution-sdk-js'
import type { AccountsIn } from '../../shared/aws/organization.ts'
import type { SealBucket } from '../../shared/aws/seal-bucket.ts'
import type { Survey } from '../../shared/aws/survey.ts'
import type { TargetAccess } from '../../shared/aws/target-access.ts'
import type { ScannerConfig, ScanTarget } from '../../shared/config/scanner-config.ts'
import type { Coverage } from '../../shared/findings/coverage.ts'
import type { Status } from '../../shared/findings/finding.ts'
import type { Rule } from '../../shared/rules/rule.ts'
import type { Digest, Store } from '../../shared/store/store.ts'
import type { CheckedDocument } from './check-document.ts'

/** What a scan needs of the world. */
export type RunScanDeps = {
  config: ScannerConfig
  store: Store
  /** Those that parse-results of this release judges by. */
  rules: readonly Rule[]
  access: (target: ScanTarget) => TargetAccess
  /** The active accounts in an organizational unit, and in those inside of it. */
  accountsIn: AccountsIn
  /** SHA-256 of the collector in the configured document: a new one goes to one instance of a target first. */
  collectorHash: string
  /** Name or ARN of the parse-results function. */
  parseFunction: string
  /** Publishes to the topic of the digest's route and destination, and returns the message's id. */
  publish: (digest: Digest) => Promise<string>
  /** ARN of the topic that a digest of this key goes to. Throws where there is none. */
  topicOf: (key: string) => string
  /** The options that lead a user's command to the table; absent: `--stack` and the configured name. */
  place?: string
  now: () => Date
  /** Told how a scan ended: where metrics come from. */
  record: (summary: ScanSummary) => void
  /** Where seals are written to beside the table; absent: nowhere. */
  sealBucket?: SealBucket
  /** Told whether a scan was sealed, and its seal written to the bucket, and else in words what is missing. */
  recordSeal?: (outcome: SealOutcome) => void
}

export type SealOutcome = { scanId: string; problem?: string }

/** The scan as all of its parts know it; times in ISO 8601, UTC. */
export type ScanIdentity = {
  scanId: string
  trigger: 'schedule' | 'manual'
  /** The instances that are scanned, as the user named them; absent: the whole fleet. */
  only?: string[]
  openedAt: string
  deadlineAt: string
}

/** What the parts of a scan share. */
export type Run = { scan: ScanIdentity; deps: RunScanDeps; ctx: DurableContext }

/** How a scan that was opened ended: `failed` where no target at all could be looked at, `cancelled` by a user. */
export type ScanSummary = {
  scanId: string
  status: 'closed' | 'failed' | 'cancelled'
  /** The instances that were scanned, as the user named them; absent: the whole fleet. */
  only?: string[]
  openedAt: string
  closedAt: string
  coverage: Coverage
  findings: Partial<Record<Status, number>>
  changes: number
  /** `frozen`: there is a digest, and it could not be published; the next scan tries again. */
  digest: 'none' | 'frozen' | 'published'
  /** Messages that were to go out, of earlier scans too, and that no topic has taken. */
  unpublished: number
  targetErrors: string[]
  /** Targets, as `account/region`, that hold no instance with the tags; absent: none is empty. */
  emptyTargets?: string[]
}

/** A scan, or a cancelling, that did nothing: another one is open, or this one has ended before. */
export type ScanRefused = { scanId: string; status: 'refused'; message: string }

export type ScanResult = ScanSummary | ScanRefused

/** What a scan would do in one target. */
export type TargetPlan = Survey & {
  account: string
  region: string
  /** The instance that would get the collector before the others. */
  canary?: string
  /** What the account and region have under the document's name; absent: nobody looked. */
  document?: CheckedDocument['state']
  /** What is wrong with the document, so that nothing would be sent, and what to do. */
  documentProblem?: string
  /** With `check`: why answers could not be read there. */
  readerProblem?: string
  /** Why its instances could not be listed. */
  error?: string
}

/** What a scan would do: which instances would get which document. Nothing of it has been done. */
export type ScanPlan = {
  status: 'planned'
  document: { name: string; collectorHash: string }
  targets: TargetPlan[]
  /** Organizational units whose accounts could not be listed, in words; absent: none. */
  targetErrors?: string[]
}

/** A scan that was stopped, the commands that were called back, and why some could not be. */
export type ScanCancelled = { scanId: string; status: 'cancelled'; commands: number; errors: string[] }
