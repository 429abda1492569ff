import type { StoredFinding } from '../findings/records.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import { type Waived, withWaivers } from '../waivers/waived-findings.ts'
import { presentInstances } from './all-findings.ts'
import { cursorOf, placeOf } from './cursor.ts'
import { type Answer, freshnessAt } from './freshness.ts'

export type CurrentFindings = { findings: Waived<StoredFinding>[]; next?: string }

type Reads = Pick<
  Store,
  'findingsPage' | 'scanAt' | 'commandResults' | 'nodesOf' | 'targets' | 'waivers' | 'nodes'
>

/** The largest page. */
export const MOST_FINDINGS = 1000

/**
 * A page of the findings as they stand, worst first, then by rule and node. `cursor` is the `next` of the page before. `since`: see Paging.
 * Findings of instances that are gone show only where an instance is named. Throws CursorError.
 */
export const currentFindings = async (
  store: Reads,
  now: string,
  filter: FindingFilter,
  { limit = 100, cursor, since }: { limit?: number; cursor?: string; since?: string } = {},
): Promise<Answer<CurrentFindings>> => {
  const asked = { ...filter, ...(since !== undefined && { since }) }
  const after = cursor === undefined ? undefined : placeOf(cursor, asked)
  const most = Math.min(Math.max(1, limit), MOST_FINDINGS)
  const [fresh, page] = await Promise.all([freshnessAt(store, now), pageOf(store, now, filter, most, after)])
  return {
    fresh,
    findings: await withWaivers(store, page.findings, now),
    ...(page.next !== undefined && { next: cursorOf(page.next, asked) }),
  }
}

const pageOf = async (
  store: Reads,
  now: string,
  filter: FindingFilter,
  limit: number,
  after: string | undefined,
): ReturnType<Store['findingsPage']> => {
  if (!filter.cluster || filter.instance) return store.findingsPage(filter, limit, after)
  const instance = await presentInstances(store, now, filter, filter.cluster)
  // Nobody has named these: what was closed before an instance came back is not asked for.
  return store.findingsPage({ ...filter, instance }, limit, after, { closed: false })
}
