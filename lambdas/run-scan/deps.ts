import type { DurableContext } from '@aws/durable-execution-sdk-js'
import type { TargetAccess } from '../../shared/aws/target-access.ts'
import type { ScannerConfig, ScanTarget } from '../../shared/config/scanner-config.ts'
import type { Coverage } from '../../shared/findings/coverage.ts'
import type { Status } from '../../shared/findings/finding.ts'
import type { Digest, Store } from '../../shared/store/store.ts'

/** What a scan needs of the world. */
export type RunScanDeps = {
  config: ScannerConfig
  store: Store
  access: (target: ScanTarget) => TargetAccess
  /** Name or ARN of the parse-results function. */
  parseFunction: string
  /** Publishes to the digest's topic and returns the message's id. */
  publish: (digest: Digest) => Promise<string>
  now: () => Date
  /** Told how a scan ended: where metrics come from. */
  record: (summary: ScanSummary) => void
}

/** The scan as all of its parts know it; times in ISO 8601, UTC. */
export type ScanIdentity = {
  scanId: string
  trigger: 'schedule' | 'manual'
  openedAt: string
  deadlineAt: string
}

/** What the parts of a scan share. */
export type Run = { scan: ScanIdentity; deps: RunScanDeps; ctx: DurableContext }

/** How a scan that was opened ended: `failed` where no target at all could be looked at. */
export type ScanSummary = {
  scanId: string
  status: 'closed' | 'failed'
  openedAt: string
  closedAt: string
  coverage: Coverage
  findings: Partial<Record<Status, number>>
  changes: number
  /** `frozen`: there is a digest, and it could not be published; the next scan tries again. */
  digest: 'none' | 'frozen' | 'published'
  targetErrors: string[]
}

/** A scan that did nothing: another one is open, or this one has ended before. */
export type ScanRefused = { scanId: string; status: 'refused'; message: string }

export type ScanResult = ScanSummary | ScanRefused
