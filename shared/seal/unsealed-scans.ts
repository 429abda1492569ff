import type { ScanRecord } from '../findings/records.ts'
import type { Link } from './chain.ts'
import type { SealProblem } from './problems.ts'

/** Between its end and its seal a scan has a few steps to go; and one that was cut off may still write. */
const GRACE_MS = 15 * 60_000

/** What it means that no seal names what a scan has written. */
export type UnsealedScans = {
  /** In words, what is wrong; undefined: the scan is under way; `before`: it was before the first seal. */
  problemOf(scanId: string, at: string): string | 'before' | undefined
  /** Scans that have ended and have no seal. */
  problems: SealProblem[]
  /** Scans that are under way, or have ended just now. */
  underWay: string[]
  /** Scans before the first seal. */
  before: number
  /** When the newest seal was made. */
  sealedAt: string
}

/** `now` in milliseconds. The chain has a seal at least. */
export const unsealedScans = (
  chain: Link[],
  scans: ScanRecord[],
  now: number,
  head: Link,
  first: Link,
): UnsealedScans => {
  const sealed = new Set(chain.map(({ manifest }) => manifest.scan.scanId))
  const began = first.manifest.scan.openedAt
  const unsealed = scans.filter(({ scanId }) => !sealed.has(scanId))
  const late = unsealed.filter(({ openedAt }) => openedAt >= began)
  const underWay = new Set(late.filter((each) => isUnderWay(each, now)).map(({ scanId }) => scanId))
  const known = new Map(unsealed.map((each) => [each.scanId, each]))
  return {
    problemOf: (scanId, at) => {
      if (sealed.has(scanId)) return 'no seal names it, though its scan is sealed: it was added or rewritten'
      if (underWay.has(scanId)) return undefined
      if ((known.get(scanId)?.openedAt ?? at) < began) return 'before'
      return known.has(scanId)
        ? 'no seal names it: its scan has none'
        : 'no seal names it, and its scan is neither sealed nor in the table'
    },
    problems: late
      .filter(({ scanId }) => !underWay.has(scanId))
      .map(({ scanId, status, closedAt }) => ({
        kind: 'scan',
        item: `scan ${scanId}`,
        problem: `has no seal, though it has ended (${status}${closedAt === undefined ? '' : ` on ${closedAt}`}); the next scan makes one where it only could not be made`,
      })),
    underWay: [...underWay],
    before: unsealed.length - late.length,
    sealedAt: head.manifest.sealedAt,
  }
}

const isUnderWay = ({ status, closedAt, deadlineAt, digest }: ScanRecord, now: number): boolean => {
  if (status === 'open' || (status === 'cancelled' && digest === undefined))
    return Date.parse(deadlineAt) + GRACE_MS > now
  return closedAt !== undefined && Date.parse(closedAt) + GRACE_MS > now
}
