import type { TimeToFix } from '../queries/time-to-fix.ts'
import type { Paint } from './grid.ts'
import { plainText } from './plain-text.ts'
import { timeSpan } from './time-span.ts'
import { table } from './where-table.ts'

export const renderTimeToFix = ({ times, left, restated }: TimeToFix, paint: Paint): string => {
  const grouped = times.some(({ group }) => group !== undefined)
  const rows = times.map(({ group, fixes, median, p90, longest }) => [
    ...(grouped ? [plainText(group ?? '')] : []),
    String(fixes),
    ...[median, p90, longest].map(timeSpan),
  ])
  const head = [...(grouped ? ['GROUP'] : []), 'FIXED', 'MEDIAN', '90 % WITHIN', 'LONGEST']
  const fixed = rows.length > 0 ? table(head, rows, paint) : 'nothing was fixed\n'
  return `${fixed}not counted: ${left} that left with their instance or rule, ${restated} that a newer engine or rule took back\n`
}
