import { renderGaps } from '../../shared/report/gaps-table.ts'
import { answer, type SpanOptions, spanOf } from '../answer.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type FilterOptions, filterOf } from '../filters.ts'
import type { Globals } from '../output.ts'

export type GapsOptions = SpanOptions &
  Pick<FilterOptions, 'instance' | 'account' | 'inRegion' | 'cluster'> & { byCluster?: boolean }

/** Prints the longest time for which each instance, or cluster, was not assessed, and why. */
export const gaps = async (
  { byCluster, from, to, ...filters }: GapsOptions,
  globals: Globals,
): Promise<ExitCode> => {
  const now = new Date()
  const span = spanOf({ from, ...(to !== undefined && { to }) }, now)
  const filter = filterOf(filters, now)
  const found = await answer(
    globals,
    (queries) => queries.coverageGaps(span, byCluster ? 'cluster' : 'instance', filter),
    (each, paint) => renderGaps(each, paint),
    (each) => each.gaps,
  )
  return found.scans === 0 || found.gaps.some((gap) => gap.open) ? EXIT.notAssessed : EXIT.nothingFails
}
