import type { Freshness } from '../queries/freshness.ts'
import { shortTime } from './findings-table.ts'
import { plainText } from './plain-text.ts'

/** In the two largest units: `3 d 4 h`, `4 h 12 min`, `12 min`. */
export const timeSpan = (seconds: number): string => {
  const minutes = Math.max(0, Math.floor(seconds / 60))
  const [d, h, min] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60]
  if (d > 0) return `${d} d ${h} h`
  return h > 0 ? `${h} h ${min} min` : `${min} min`
}

/** Which scan an answer rests on, and how old that was at the moment it is about. One line, safe to print. */
export const freshLine = ({ at, scan }: Freshness): string => {
  if (!scan) return `as of ${shortTime(at)}: no scan of the whole fleet had ended yet`
  const old = timeSpan((Date.parse(at) - Date.parse(scan.closedAt)) / 1000)
  const { total = 0, assessed = 0 } = scan.coverage ?? {}
  return `as of ${shortTime(at)}: scan ${plainText(scan.scanId)} answers, closed ${shortTime(scan.closedAt)}, ${old} before; ${assessed} of ${total} instances assessed`
}
