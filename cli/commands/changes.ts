import { renderChanges } from '../../shared/report/changes-table.ts'
import { renderHistory } from '../../shared/report/history-table.ts'
import { answer, type SpanOptions, spanOf } from '../answer.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type FilterOptions, filterOf } from '../filters.ts'
import type { Globals } from '../output.ts'

export type ChangesOptions = Omit<FilterOptions, 'since'> & SpanOptions & { rejudged?: boolean }

/** Prints what is otherwise at the end of a time than at its beginning; or what a newer engine or rule has judged otherwise in it. */
export const changes = async (
  { from, to, rejudged, ...filters }: ChangesOptions,
  globals: Globals,
): Promise<ExitCode> => {
  const now = new Date()
  const span = spanOf({ from, ...(to !== undefined && { to }) }, now)
  const filter = filterOf(filters, now)
  if (rejudged)
    await answer(
      globals,
      (queries) => queries.flipsBetween(span, filter),
      ({ verdicts, restatements }, paint) => renderHistory([...verdicts, ...restatements], paint),
      ({ verdicts, restatements }) => [...verdicts, ...restatements],
    )
  else
    await answer(
      globals,
      (queries) => queries.changesBetween(span, filter),
      (found, paint) => renderChanges(found, paint),
      (found) => found.changes,
    )
  return EXIT.nothingFails
}
