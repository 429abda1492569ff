import type { ScanRecord } from '../findings/records.ts'
import { isWhole } from '../store/scans.ts'
import type { Store } from '../store/store.ts'
import { DAY_MS } from '../waivers/waiver.ts'
import { type AnsweringScan, answeringScan } from './freshness.ts'

/** A day (UTC) and the newest scan of the whole fleet that had closed by its end. */
export type AnsweredDay = { day: string; scan: AnsweringScan; findings?: ScanRecord['findings'] }

/** A scan that opened before the first day may close on it; none takes longer than this. */
const LONGEST_SCAN_MS = 2 * DAY_MS

/** The days from one moment to another, as `2026-01-31`. */
export const daysBetween = (from: string, to: string): string[] => {
  const days: string[] = []
  for (let at = Date.parse(`${from.slice(0, 10)}T00:00:00Z`); at <= Date.parse(to); at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10))
  return days
}

/** Each of the days with the scan that answers for it; without those that came before the first scan. */
export const answeredDays = async (
  store: Pick<Store, 'scanAt' | 'scansBetween'>,
  from: string,
  to: string,
): Promise<AnsweredDay[]> => {
  const days = daysBetween(from, to)
  const endOf = (day: string) => [`${day}T23:59:59.999Z`, to].sort()[0] ?? to
  const [firstDay] = days
  if (firstDay === undefined) return []
  const earliest = await store.scanAt(endOf(firstDay))
  const begin = new Date(Date.parse(`${firstDay}T00:00:00Z`) - LONGEST_SCAN_MS).toISOString()
  const later = (await store.scansBetween(begin, to)).filter(isWhole)
  const scans = [...(earliest ? [earliest] : []), ...later].toSorted((a, b) =>
    a.openedAt < b.openedAt ? -1 : 1,
  )
  return days.flatMap((day) => {
    const scan = scans.findLast(({ closedAt }) => closedAt !== undefined && closedAt <= endOf(day))
    return scan ? [{ day, scan: answeringScan(scan), ...(scan.findings && { findings: scan.findings }) }] : []
  })
}
