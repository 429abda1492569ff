import { isAbout, isWaivable, type Waivable, waiverOf, waiversInForce } from './match.ts'
import { DAY_MS, endOf, isInForce, type Waiver } from './waiver.ts'

/**
 * Those that have ended since `from`, by themselves or taken back, also where they were not yet asked for then: a scan of
 * chosen instances in between may have counted a failure as waived. The end that came first is first.
 */
export const endedBetween = (waivers: Waiver[], from: string, to: string): Waiver[] =>
  byEnd(waivers.filter((waiver) => hasEnded(waiver, to) && !hasEnded(waiver, from)))

const hasEnded = (waiver: Waiver, at: string): boolean => waiver.createdAt <= at && !isInForce(waiver, at)

/**
 * Waivers whose end has come nearer than one of these numbers of days since `from`, each with the smallest such number:
 * each number is told once, however often one looks. Who asks for five days need not be told that a week is left.
 */
export const nearingEnd = (
  waivers: Waiver[],
  from: string,
  to: string,
  days: number[],
): { waiver: Waiver; days: number }[] =>
  byEnd(waiversInForce(waivers, to)).flatMap((waiver) => {
    const since = Date.parse(waiver.changedAt > from ? waiver.changedAt : from)
    const isReached = (each: number): boolean => {
      const moment = Date.parse(waiver.until) - each * DAY_MS
      return moment > since && moment <= Date.parse(to)
    }
    const reached = days.filter(isReached)
    return reached.length > 0 ? [{ waiver, days: Math.min(...reached) }] : []
  })

/**
 * Failures of which a waiver has ended since `from`, and that none covers at `to`: they are to be told as if they were new.
 * Both are when scans opened. A failure that the earlier scan brought was waived by its opening, though it is younger than
 * that; one that is younger than `to` was brought by the later scan, which tells of it anyway.
 */
export const noLongerWaived = <F extends Waivable & { since: string }>(
  findings: F[],
  waivers: Waiver[],
  from: string,
  to: string,
): { waiver: Waiver; finding: F }[] => {
  const ended = endedBetween(waivers, from, to)
  return findings.flatMap((finding) => {
    const isKnown = isWaivable(finding) && finding.since < to
    const before = isKnown ? ended.findLast((waiver) => isAbout(waiver, finding)) : undefined
    return before && !waiverOf(finding, waivers, to) ? [{ waiver: before, finding }] : []
  })
}

const byEnd = (waivers: Waiver[]): Waiver[] => waivers.toSorted((a, b) => endOf(a).localeCompare(endOf(b)))
