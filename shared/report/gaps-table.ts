import type { CoverageGaps, LongestGap } from '../queries/coverage-gaps.ts'
import { shortTime } from './findings-table.ts'
import type { Paint } from './grid.ts'
import { plainText } from './plain-text.ts'
import { timeSpan } from './time-span.ts'
import { table } from './where-table.ts'

/** At most so many gaps; the JSON output has all. */
const GAPS_SHOWN = 50

export const renderGaps = ({ gaps, silence, scans }: CoverageGaps, paint: Paint): string => {
  const rows = gaps
    .slice(0, GAPS_SHOWN)
    .map((gap) => [
      plainText(gap.of),
      plainText(gap.cluster ?? ''),
      timeSpan(gap.seconds),
      shortTime(gap.from),
      gap.open ? 'now' : shortTime(gap.to),
      String(gap.missed),
      whyOf(gap),
    ])
  const found =
    rows.length > 0
      ? table(['OF', 'CLUSTER', 'LONGEST GAP', 'FROM', 'TO', 'SCANS MISSED', 'WHY'], rows, paint)
      : 'no gaps\n'
  const more = gaps.length > GAPS_SHOWN ? `and ${gaps.length - GAPS_SHOWN} more; --format json has all\n` : ''
  const quiet = silence
    ? `${scans} scans of the whole fleet; the longest time without one: ${timeSpan(silence.seconds)}, ${shortTime(silence.from)} to ${shortTime(silence.to)}\n`
    : ''
  return `${found}${more}${quiet}`
}

const whyOf = ({ why }: LongestGap): string =>
  why
    .map(
      ({ state, detail, scans }) =>
        `${state}${detail === undefined ? '' : ` (${plainText(detail)})`} ${scans}x`,
    )
    .join(', ')
