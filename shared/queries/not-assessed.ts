import type { Node } from '../findings/records.ts'
import { matcher } from '../store/filter.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import type { AnsweredDay } from './days.ts'
import type { PostureGroup } from './groups.ts'

/** Instances in scope that a scan did not assess, by group. */
type Missed = { of: (group: string) => number; groups: string[] }

/** By the id of the scan. The records of its commands are read only where the scan missed any, and the fleet's number will not do. */
export const notAssessedBy = async (
  store: Pick<Store, 'commandResults'>,
  days: AnsweredDay[],
  by: PostureGroup | undefined,
  { rule: _, ...place }: Pick<FindingFilter, 'account' | 'region' | 'rule' | 'cluster'>,
  clusterOf: (node: Node) => string,
): Promise<Map<string, Missed>> => {
  const ofFleet = by !== 'account' && by !== 'cluster' && Object.keys(place).length === 0
  const isWanted = matcher(place)
  const found = new Map<string, Missed>()
  for (const { scan } of days) {
    const { total = 0, assessed = 0 } = scan.coverage ?? {}
    if (found.has(scan.scanId)) continue
    if (ofFleet || (scan.coverage && total === assessed)) {
      found.set(scan.scanId, { of: () => total - assessed, groups: [] })
      continue
    }
    const counts = new Map<string, number>()
    for (const { account, region, outcomes } of await store.commandResults(scan.scanId))
      for (const { instanceId, state } of outcomes) {
        const cluster = clusterOf({ account, region, instanceId })
        if (state !== 'unreachable' && state !== 'unmanaged') continue
        if (!isWanted({ account, region, instanceId, cluster })) continue
        const group = by === 'account' ? account : by === 'cluster' ? cluster : ''
        counts.set(group, (counts.get(group) ?? 0) + 1)
      }
    const isGrouped = by === 'account' || by === 'cluster'
    const of = (group: string): number => counts.get(isGrouped ? group : '') ?? 0
    found.set(scan.scanId, { of, groups: isGrouped ? [...counts.keys()] : [] })
  }
  return found
}
