import { coverageOf } from '../../shared/findings/coverage.ts'
import { nodeKey, type ScanRecord, type Transition } from '../../shared/findings/records.ts'
import { buildDigest } from '../../shared/report/digest.ts'
import type { Store } from '../../shared/store/store.ts'
import type { Run, ScanSummary } from './deps.ts'

/** The only route so far: one topic that everybody subscribes to. */
export const ROUTE = 'default'

/** Earlier scans that are looked through: for one to compare with, and for those that told nothing. */
export const SCANS_BACK = 50

/** A scan may go on after its deadline, to judge what came and to tell of it. After that it has broken off. */
const GRACE_MS = 15 * 60_000

/**
 * A scan that broke off after it had judged has stored changes that nobody was told of, and to the next scan they
 * are nothing new. Freezes a digest of them, each under the id of the scan that made them, and ends those scans.
 * Returns the ids of those whose digest is still to be published, oldest first. May be repeated.
 */
export const freezeUntold = async (run: Run): Promise<string[]> => {
  const { scan, deps } = run
  const now = deps.now()
  const frozen: string[] = []
  const before = (await deps.store.scans(SCANS_BACK)).filter(({ openedAt }) => openedAt < scan.openedAt)
  for (const record of before.filter((each) => hasBrokenOff(each, now)).reverse()) {
    const { scanId, status, closedAt = now.toISOString() } = record
    const digest = await freezeFor(run, record, before)
    await deps.store.closeScan(scanId, { status: status === 'open' ? 'failed' : status, closedAt, digest })
    if (digest === 'frozen') frozen.push(scanId)
  }
  return frozen
}

/**
 * Every change that a scan made: those that its commands have recorded, and those of commands that broke off before
 * they could. The latter are found in the history, which is eventually consistent and therefore does not do alone.
 */
export const changesOf = async (
  store: Store,
  { scanId, openedAt }: Pick<ScanRecord, 'scanId' | 'openedAt'>,
): Promise<Transition[]> => {
  const recorded = await store.transitionsOf(scanId)
  const listed = (await store.history({ since: openedAt })).filter(
    (each) => each.scanId === scanId && each.restates === undefined,
  )
  const byName = new Map([...listed, ...recorded].map((each) => [`${nodeKey(each)} ${each.ruleId}`, each]))
  return [...byName.values()]
}

/** Every scan that comes to telling records how that ended; one that failed has stopped, others may be at it. */
const hasBrokenOff = ({ digest, status, deadlineAt }: ScanRecord, now: Date): boolean =>
  digest === undefined && (status === 'failed' || Date.parse(deadlineAt) + GRACE_MS <= now.getTime())

/** Whether a later scan's coverage may be held against this one's: it looked at the whole fleet, to the end. */
export const isComparable = ({ coverage, only, status }: ScanRecord): boolean =>
  coverage !== undefined && only === undefined && status !== 'cancelled'

const freezeFor = async (
  { deps }: Run,
  { scanId, openedAt, status, only }: ScanRecord,
  before: ScanRecord[],
): Promise<ScanSummary['digest']> => {
  const { store } = deps
  const known = await store.digest(scanId, ROUTE)
  if (known) return known.publishedAt === undefined ? 'frozen' : 'published'
  const transitions = await changesOf(store, { scanId, openedAt })
  if (transitions.length === 0) return 'none'
  const outcomes = (await store.commandResults(scanId)).flatMap((result) => result.outcomes)
  const previous = before.find((each) => each.openedAt < openedAt && isComparable(each))
  const partial = only ? 'chosen' : status === 'cancelled' ? 'cancelled' : undefined
  const message = buildDigest({
    ...{ scanId, transitions },
    at: deps.now().toISOString(),
    coverage: coverageOf(outcomes.map(({ state }) => state)),
    findings: await store.countFindings(),
    targetErrors: [],
    ...(partial ? { partial } : previous && { previous }),
    baseline: false,
  })
  if (message === undefined) return 'none'
  await store.freezeDigest({ scanId, route: ROUTE, ...message })
  return 'frozen'
}
