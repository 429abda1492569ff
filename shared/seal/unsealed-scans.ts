import type { ScanRecord } from '../findings/records.ts'
import type { Link } from './chain.ts'
import type { SealProblem } from './problems.ts'

/** Between its end and its seal a scan has a few steps to go; and one that was cut off may still write. */
const GRACE_MS = 15 * 60_000

/** The longest that a scan may be configured to wait for answers. */
const LONGEST_MS = 1440 * 60_000

/** How far the clocks of those who write may be ahead of the one that is verified by. */
export const SKEW_MS = 5 * 60_000

/** What it means that no seal names what a scan has written. */
export type UnsealedScans = {
  /** In words, what is wrong; undefined: the scan is under way; `before`: it was before the first seal. */
  problemOf(scanId: string, at: unknown): string | 'before' | undefined
  /** Scans that have ended and have no seal, and records that do not agree with the chain. */
  problems: SealProblem[]
  /** Scans that are under way, or have ended just now. */
  underWay: string[]
  /** Scans before the first seal. */
  before: number
}

/** Whether it is a time as the scanner writes one. */
export const isTime = (at: unknown): at is string =>
  typeof at === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(at) && !Number.isNaN(Date.parse(at))

/** What is wrong with when something was made; undefined: nothing. `now` in milliseconds. */
export const problemOfTime = (at: unknown, now: number): string | undefined => {
  if (!isTime(at)) return 'says no time of its making'
  return Date.parse(at) > now + SKEW_MS ? `is of ${at}, which is still to come: it was added` : undefined
}

/** `now` in milliseconds. The chain has a seal at least. */
export const unsealedScans = (
  chain: Link[],
  scans: ScanRecord[],
  now: number,
  first: Link,
): UnsealedScans => {
  const sealed = new Set(chain.map(({ manifest }) => manifest.scan.scanId))
  const began = first.manifest.scan.openedAt
  const newest =
    chain
      .map(({ manifest }) => manifest.scan.openedAt)
      .sort()
      .at(-1) ?? ''
  const unsealed = scans.filter(({ scanId }) => !sealed.has(scanId))
  const isBefore = ({ openedAt, closedAt = openedAt }: ScanRecord) => openedAt < began && closedAt < began
  const late = unsealed.filter((each) => !isBefore(each))
  const underWay = new Set(late.filter((each) => isUnderWay(each, newest, now)).map(({ scanId }) => scanId))
  const known = new Map(unsealed.map((each) => [each.scanId, each]))
  return {
    problemOf: (scanId, at) => {
      const untimely = problemOfTime(at, now)
      if (untimely !== undefined || !isTime(at)) return untimely
      if (sealed.has(scanId)) return 'no seal names it, though its scan is sealed: it was added or rewritten'
      const scan = known.get(scanId)
      if (underWay.has(scanId))
        return scan && at < scan.openedAt ? 'is from before its scan, which is under way' : undefined
      if (at < began && (scan === undefined || isBefore(scan))) return 'before'
      return scan
        ? 'no seal names it: its scan has none'
        : 'no seal names it, and its scan is neither sealed nor in the table'
    },
    problems: late
      .filter(({ scanId }) => !underWay.has(scanId))
      .map(({ scanId, status, closedAt }) => ({
        kind: 'scan',
        item: `scan ${scanId}`,
        problem: endedOr(status, closedAt),
      })),
    underWay: [...underWay],
    before: unsealed.length - late.length,
  }
}

const endedOr = (status: string, closedAt: string | undefined): string =>
  status === 'open'
    ? 'has no seal, and cannot be under way by its times; the next scan seals one that has broken off'
    : `has no seal, though it has ended (${status}${closedAt === undefined ? '' : ` on ${closedAt}`}); the next scan makes one where it only could not be made`

/** Scans follow each other: one that is under way opened after all that are sealed, but for one that was cancelled. */
const isUnderWay = (
  { status, openedAt, closedAt, deadlineAt, digest }: ScanRecord,
  newest: string,
  now: number,
): boolean => {
  if (![openedAt, deadlineAt, closedAt ?? openedAt].every(isTime)) return false
  const [opened, deadline] = [Date.parse(openedAt), Date.parse(deadlineAt)]
  const closed = Date.parse(closedAt ?? openedAt)
  const last = opened + LONGEST_MS + GRACE_MS
  if (opened > now + SKEW_MS || closed > now + SKEW_MS || deadline > last || closed > last) return false
  const isCancelled = status === 'cancelled' && digest === undefined
  if (openedAt <= newest && !isCancelled) return false
  if (status === 'open' || isCancelled) return deadline + GRACE_MS > now
  return closedAt !== undefined && closed + GRACE_MS > now
}

/** Seals that records of scans name and the chain has not. `whole`: the records were read before the chain was. */
export const marksAmiss = (chain: Link[], scans: ScanRecord[], whole: boolean): SealProblem[] => {
  const links = new Map(chain.map((link) => [link.number, link]))
  const newest = chain[0]?.number ?? 0
  return scans.flatMap(({ scanId, seal }) => {
    if (seal === undefined) return []
    const link = links.get(seal.number)
    if (link?.hash === seal.hash && link.manifest.scan.scanId === scanId) return []
    if (!whole && newest > 0 && seal.number > newest) return []
    const problem = link
      ? `names another seal ${seal.number} than the chain has`
      : `names seal ${seal.number}, which is not in the chain`
    return [{ kind: 'scan' as const, item: `record of scan ${scanId}`, problem }]
  })
}
