import type { FixGroup } from '../../shared/queries/groups.ts'
import { renderTimeToFix } from '../../shared/report/time-to-fix-table.ts'
import { answer, type SpanOptions, spanOf } from '../answer.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type FilterOptions, filterOf } from '../filters.ts'
import type { Globals } from '../output.ts'

export type TimeToFixOptions = Omit<FilterOptions, 'since' | 'status'> & SpanOptions & { by?: FixGroup }

/** Prints how long failures lasted that were fixed in a time. */
export const timeToFix = async (
  { by, from, to, ...filters }: TimeToFixOptions,
  globals: Globals,
): Promise<ExitCode> => {
  const now = new Date()
  const span = spanOf({ from, ...(to !== undefined && { to }) }, now)
  const filter = filterOf(filters, now)
  await answer(
    globals,
    (queries) => queries.timeToFix(span, filter, by),
    (found, paint) => renderTimeToFix(found, paint),
    (found) => found.fixes,
  )
  return EXIT.nothingFails
}
