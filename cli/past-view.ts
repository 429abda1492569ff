import type { PastFinding, PastFleet } from '../shared/history/past.ts'
import type { FindingRow } from '../shared/report/findings-table.ts'
import { shortTime } from '../shared/report/findings-table.ts'
import { plainText } from '../shared/report/plain-text.ts'
import { coverageOfScan, placedRows } from './fleet-view.ts'

/** Which scan answers for a moment, how old its view was then, and what it covered. Two lines, safe to print. */
export const pastLines = (past: PastFleet): { lines: string[]; full: boolean } => {
  const { at, scan, results } = past
  const { closedAt = scan.openedAt } = scan
  const coverage = coverageOfScan({ record: scan, results })
  return {
    lines: [
      `as of ${shortTime(at)}: scan ${plainText(scan.scanId)} answers, closed ${shortTime(closedAt)}, ${age(closedAt, at)} before`,
      `coverage then: ${coverage.line}`,
    ],
    full: coverage.full,
  }
}

/** In the two largest units: `3 d 4 h`, `4 h 12 min`, `12 min`. */
const age = (from: string, to: string): string => {
  const minutes = Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 60_000))
  const [d, h, min] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60]
  if (d > 0) return `${d} d ${h} h`
  return h > 0 ? `${h} h ${min} min` : `${min} min`
}

/** Rows for the table of the findings as they stood. */
export const pastRowsOf = (findings: PastFinding[]): FindingRow[] =>
  placedRows(findings, (finding) => ({ notes: [...staleNote(finding), ...restatedNote(finding)] }))

const staleNote = ({ coverage, detail, closed }: PastFinding): [string, string][] => {
  if (coverage === 'assessed' && closed === undefined) return []
  if (closed === 'rule-off')
    return [['stale', 'its rule was judged by no longer then; the verdict is from before']]
  const state = closed ?? coverage
  const said = state === undefined ? 'not seen by that scan' : `${state} then`
  return [['stale', `${said}${detail === undefined ? '' : ` (${detail})`}; the verdict is from before`]]
}

const restatedNote = ({ restated }: PastFinding): [string, string][] => {
  if (!restated) return []
  const { at, status, reason, engineVersion, ruleVersion } = restated
  const by = `engine ${engineVersion}, rule ${ruleVersion}`
  return [['restated', `${status} ${reason}, as judged again on ${shortTime(at)} by ${by}`]]
}
