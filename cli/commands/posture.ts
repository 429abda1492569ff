import type { PostureGroup } from '../../shared/queries/groups.ts'
import { renderPosture } from '../../shared/report/posture-table.ts'
import { answer, type SpanOptions, spanOf } from '../answer.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type FilterOptions, filterOf } from '../filters.ts'
import type { Globals } from '../output.ts'

export type PostureOptions = SpanOptions &
  Pick<FilterOptions, 'account' | 'inRegion' | 'rule' | 'cluster'> & { by?: PostureGroup }

/** Prints how the fleet stood on each day. */
export const posture = async (
  { by, from, to, ...filters }: PostureOptions,
  globals: Globals,
): Promise<ExitCode> => {
  const now = new Date()
  const span = spanOf({ from, ...(to !== undefined && { to }) }, now)
  const filter = filterOf(filters, now)
  const { rows } = await answer(
    globals,
    (queries) => queries.postureByDay(span, by, filter),
    (found, paint) => renderPosture(found.rows, paint),
    (found) => found.rows,
  )
  return rows.length > 0 ? EXIT.nothingFails : EXIT.notAssessed
}
