import { MOST_FINDINGS } from '../shared/queries/current-findings.ts'
import type { Paging } from '../shared/queries/queries.ts'
import { UsageError } from './exit-code.ts'

/** The options of a command that answers by pages. */
export type PagingOptions = { limit?: string; cursor?: string }

/** Where a page begins and how long it is; 100 where only the first is said. Throws UsageError. */
export const pagingOf = ({ limit = '100', cursor }: PagingOptions): Paging => {
  const most = Number(limit)
  if (!Number.isInteger(most) || most < 1 || most > MOST_FINDINGS)
    throw new UsageError(`--limit takes a number from 1 to ${MOST_FINDINGS}, not "${limit}"`)
  return { limit: most, ...(cursor !== undefined && { cursor }) }
}

/** What the cursor belongs to: `--since 7d` names another moment by the next page. */
export const sinceAsGiven = ({ since }: { since?: string }): Pick<Paging, 'since'> =>
  since === undefined ? {} : { since }

/** How to go on, where there is more. */
export const nextLine = (next: string): string => `there is more: --cursor ${next}`
