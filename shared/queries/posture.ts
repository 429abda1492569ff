import type { Status } from '../findings/finding.ts'
import { nodeKey } from '../findings/records.ts'
import { matcher } from '../store/filter.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import { clustersByNode, knownNodesAt, placeFilter } from './cluster-nodes.ts'
import { type AnsweredDay, answeredDays } from './days.ts'
import { type Answer, freshnessAt } from './freshness.ts'
import { NO_CLUSTER, type PostureGroup } from './groups.ts'
import { notAssessedBy } from './not-assessed.ts'
import { replayBack } from './replay-back.ts'

/** Findings by status. */
export type StatusCounts = Record<Status, number>

/**
 * One day, or one group on one day, as it stood when the day's last scan of the whole fleet closed. `closedAt` on an earlier day: no
 * scan closed on this one. `notAssessed` counts instances that the scan should have assessed and did not: their findings are among
 * the others, as they were last seen.
 */
export type PostureRow = StatusCounts & {
  day: string
  group?: string
  notAssessed: number
  scanId: string
  closedAt: string
}

export type PostureFilter = Pick<FindingFilter, 'account' | 'region' | 'rule' | 'cluster'>

type Reads = Pick<
  Store,
  'scanAt' | 'scansBetween' | 'commandResults' | 'nodesOf' | 'targets' | 'standing' | 'transitionsBetween'
>

/**
 * How the fleet stood, day by day (UTC), oldest first. For the whole fleet the scans' own totals say so. By group, or of a part, the findings as they
 * stand now are the end, and the changes since are taken back one by one: nothing older than the first day is read.
 */
export const postureByDay = async (
  store: Reads,
  now: string,
  { from, to }: { from: string; to: string },
  by?: PostureGroup,
  filter: PostureFilter = {},
): Promise<Answer<{ by?: PostureGroup; rows: PostureRow[] }>> => {
  const until = to < now ? to : now
  const [fresh, days] = await Promise.all([freshnessAt(store, until), answeredDays(store, from, until)])
  const isOfFleet = by === undefined && Object.keys(filter).length === 0
  const rows =
    isOfFleet && days.every(({ findings }) => findings)
      ? days.map(wholeRow)
      : await replayed(store, now, days, by, filter)
  return { fresh, ...(by && { by }), rows }
}

const NONE: StatusCounts = { PASS: 0, FAIL: 0, ERROR: 0, NOT_APPLICABLE: 0 }

const wholeRow = ({ day, scan, findings }: AnsweredDay): PostureRow => {
  const { total = 0, assessed = 0 } = scan.coverage ?? {}
  const { scanId, closedAt } = scan
  return { day, ...NONE, ...findings, notAssessed: total - assessed, scanId, closedAt }
}

/** One group for all: its name is not shown. */
const ALL = ''

const replayed = async (
  store: Reads,
  now: string,
  days: AnsweredDay[],
  by: PostureGroup | undefined,
  filter: PostureFilter,
): Promise<PostureRow[]> => {
  const [first] = days
  if (!first) return []
  const needsClusters = by === 'cluster' || filter.cluster !== undefined
  const [standing, since, known] = await Promise.all([
    store.standing(filter),
    store.transitionsBetween(first.scan.closedAt, now, placeFilter(filter)),
    needsClusters ? knownNodesAt(store, now, filter) : [],
  ])
  const clusters = clustersByNode(known)
  for (const { cluster, ...node } of since)
    if (cluster !== undefined && !clusters.has(nodeKey(node))) clusters.set(nodeKey(node), cluster)
  const clusterOf = (node: Parameters<typeof nodeKey>[0]) => clusters.get(nodeKey(node)) ?? NO_CLUSTER
  const isWanted = matcher(filter)
  const groupOf = (of: Parameters<typeof nodeKey>[0] & { ruleId: string }): string | undefined => {
    const cluster = needsClusters ? clusterOf(of) : NO_CLUSTER
    if (!isWanted({ ...of, cluster })) return undefined
    return { account: of.account, cluster, rule: of.ruleId, none: ALL }[by ?? 'none']
  }
  const moments = [...new Set(days.map(({ scan }) => scan.closedAt))]
  const counted = replayBack(standing, since, moments, groupOf)
  const missed = await notAssessedBy(store, days, by, filter, clusterOf)
  return days.flatMap(({ day, scan: { scanId, closedAt } }) => {
    const counts = counted.get(closedAt) ?? new Map<string, StatusCounts>()
    const without = missed.get(scanId) ?? { of: () => 0, groups: [] }
    const groups = [...new Set([...counts.keys(), ...without.groups, ...(by ? [] : [ALL])])].sort()
    return groups.map((group) => ({
      day,
      ...(by && { group }),
      ...(counts.get(group) ?? NONE),
      notAssessed: without.of(group),
      ...{ scanId, closedAt },
    }))
  })
}
