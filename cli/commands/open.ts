import { renderOpen, renderOpenClusters, renderOverdue } from '../../shared/report/open-tables.ts'
import { answer } from '../answer.ts'
import { EXIT, type ExitCode, exitCodeOf, statusesOf, UsageError } from '../exit-code.ts'
import { type FilterOptions, filterOf } from '../filters.ts'
import { type Globals, say } from '../output.ts'
import { nextLine, pagingOf } from '../paging.ts'

export type OpenOptions = Omit<FilterOptions, 'status'> & {
  byCluster?: boolean
  beyondSla?: boolean
  limit: string
  cursor?: string
}

/** Prints what is open and since when, by instance or by cluster, or what has been open for too long. */
export const open = async (
  { byCluster, beyondSla, limit, cursor, ...filters }: OpenOptions,
  globals: Globals,
): Promise<ExitCode> => {
  const filter = filterOf(filters, new Date())
  if (byCluster && beyondSla) throw new UsageError('choose one of --by-cluster and --beyond-sla')
  if (byCluster) {
    const { clusters, fresh } = await answer(
      globals,
      (queries) => queries.openClusters(filter),
      (found, paint) => renderOpenClusters(found.clusters, paint),
      (found) => found.clusters,
    )
    if (!fresh.scan) return EXIT.notAssessed
    return clusters.some(({ waived }) => !waived) ? EXIT.somethingFails : EXIT.nothingFails
  }
  if (beyondSla) {
    const { overdue, fresh } = await answer(
      globals,
      (queries) => queries.beyondSla(filter),
      (found, paint) => renderOverdue(found.overdue, paint),
      (found) => found.overdue,
    )
    return exitCodeOf(statusesOf(overdue), fresh.scan !== undefined)
  }
  const paging = pagingOf({ limit, ...(cursor !== undefined && { cursor }) })
  const found = await answer(
    globals,
    (queries) => queries.openFindings(filter, paging),
    (page, paint) => renderOpen(page.open, paint),
    (page) => page.open,
  )
  if (found.next !== undefined) say(nextLine(found.next))
  return exitCodeOf(statusesOf(found.open), found.fresh.scan !== undefined)
}
