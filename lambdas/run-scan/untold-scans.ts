import { coverageOf } from '../../shared/findings/coverage.ts'
import type { ScanRecord } from '../../shared/findings/records.ts'
import { isWhole } from '../../shared/store/scans.ts'
import type { Digest } from '../../shared/store/store.ts'
import type { Run, RunScanDeps, ScanSummary } from './deps.ts'
import { freezeDigests, type Totals } from './freeze-digests.ts'
import { freezeReminder } from './freeze-reminder.ts'
import { hadBegunToRemind } from './note-reminder.ts'

/** Earlier scans that are looked through: for one to compare with, and for those that told nothing. */
export const SCANS_BACK = 50

/** A scan may go on after its deadline, to judge what came and to tell of it. After that it has broken off. */
const GRACE_MS = 15 * 60_000

export type DigestName = Pick<Digest, 'scanId' | 'route'>

/**
 * A scan that broke off after it had judged has stored changes that nobody was told of, and to the next scan they
 * are nothing new. Freezes what it had to tell, under the id of the scan that made the changes, and ends those scans.
 * Returns what is still to be published, oldest first. May be repeated.
 */
export const freezeUntold = async ({ scan, deps }: Run): Promise<DigestName[]> => {
  const now = deps.now()
  const frozen: DigestName[] = []
  const before = (await deps.store.scans(SCANS_BACK)).filter(({ openedAt }) => openedAt < scan.openedAt)
  for (const record of before.filter((each) => hasBrokenOff(each, now)).reverse()) {
    const { scanId, status, closedAt = now.toISOString() } = record
    await freezeFor(deps, record, before)
    const digests = await deps.store.digestsOf(scanId)
    const left = digests.filter(({ publishedAt }) => publishedAt === undefined)
    const digest: ScanSummary['digest'] =
      digests.length === 0 ? 'none' : left.length > 0 ? 'frozen' : 'published'
    await deps.store.closeScan(scanId, { status: status === 'open' ? 'failed' : status, closedAt, digest })
    frozen.push(...left.map(({ route }) => ({ scanId, route })))
  }
  return frozen
}

/** Every scan that comes to telling records how that ended; one that failed has stopped, others may be at it. */
const hasBrokenOff = ({ digest, status, deadlineAt }: ScanRecord, now: Date): boolean =>
  digest === undefined && (status === 'failed' || Date.parse(deadlineAt) + GRACE_MS <= now.getTime())

/** Whether a later scan's coverage may be held against this one's: it looked at the whole fleet, to the end. */
export const isComparable = ({ coverage, only, status }: ScanRecord): boolean =>
  coverage !== undefined && only === undefined && status !== 'cancelled'

const freezeFor = async (
  deps: RunScanDeps,
  { scanId, openedAt, status, only }: ScanRecord,
  before: ScanRecord[],
): Promise<void> => {
  const { store } = deps
  const outcomes = (await store.commandResults(scanId)).flatMap((result) => result.outcomes)
  const coverage = coverageOf(outcomes.map(({ state }) => state))
  const partial = only ? 'chosen' : status === 'cancelled' ? 'cancelled' : undefined
  const previous = partial ? undefined : before.find((each) => each.openedAt < openedAt && isComparable(each))
  const totals: Totals = {
    findings: await store.countFindings(),
    targetErrors: [],
    ...(partial && { partial }),
  }
  const fleetIsKnown = before.some((each) => each.openedAt < openedAt && isWhole(each))
  const toTell = { scanId, openedAt, coverage, whole: false, baseline: false, fleetIsKnown }
  await freezeDigests(deps, { ...toTell, ...(previous && { previous }) }, totals)
  if (await hadBegunToRemind(store, scanId)) await freezeReminder(deps, { scanId, coverage }, totals)
}
