import type { PostureRow } from '../queries/posture.ts'
import { shortTime } from './findings-table.ts'
import type { Paint } from './grid.ts'
import { plainText } from './plain-text.ts'
import { table } from './where-table.ts'

/** A line for each day, or each group on each day. A day without a scan of its own names the scan before it. */
export const renderPosture = (rows: PostureRow[], paint: Paint): string => {
  if (rows.length === 0) return 'no scan of the whole fleet had ended by then\n'
  const grouped = rows.some(({ group }) => group !== undefined)
  return table(
    [
      'DAY',
      ...(grouped ? ['GROUP'] : []),
      'FAIL',
      'ERROR',
      'PASS',
      'NOT APPLICABLE',
      'NOT ASSESSED',
      'AS OF',
    ],
    rows.map((row) => [
      row.day,
      ...(grouped ? [plainText(row.group ?? '')] : []),
      ...[row.FAIL, row.ERROR, row.PASS, row.NOT_APPLICABLE, row.notAssessed].map(String),
      shortTime(row.closedAt),
    ]),
    paint,
  )
}
