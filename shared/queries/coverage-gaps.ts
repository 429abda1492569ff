import type { CoverageState } from '../findings/coverage.ts'
import { type Node, nodeKey, type ScanRecord } from '../findings/records.ts'
import { matcher } from '../store/filter.ts'
import { isWhole } from '../store/scans.ts'
import type { CommandResult, FindingFilter, Store } from '../store/store.ts'
import { clustersByNode, knownNodesAt } from './cluster-nodes.ts'
import { type Answer, freshnessAt } from './freshness.ts'
import { type Gap, type Look, runningGaps } from './gaps-of.ts'
import { readAhead } from './read-ahead.ts'

export type GapGroup = 'instance' | 'cluster'

/** The longest gap of an instance (`account/region/id`) or of a cluster. */
export type LongestGap = Gap & { of: string; cluster?: string }

/** The longest time in which no scan of the whole fleet closed. */
export type Silence = { from: string; to: string; seconds: number }

export type CoverageGaps = { from: string; to: string; scans: number; silence?: Silence; gaps: LongestGap[] }

export type GapFilter = Pick<FindingFilter, 'instance' | 'account' | 'region' | 'cluster'>

type Reads = Pick<
  Store,
  'scanAt' | 'scansBetween' | 'commandResults' | 'resultsOfTarget' | 'nodesOf' | 'targets'
>

/** Scans whose results are read at once: of 10,000 instances, some megabytes each. */
const AT_ONCE = 4

/**
 * For each instance or cluster the longest time for which it was not assessed, and why, the longest first. A cluster is assessed
 * when all of its instances in scope are. Who is stopped, excluded or gone is out of scope, and has no gap. Reads what
 * each scan in the time has recorded, and keeps of it the gaps alone.
 */
export const coverageGaps = async (
  store: Reads,
  now: string,
  { from, to }: { from: string; to: string },
  by: GapGroup = 'instance',
  filter: GapFilter = {},
): Promise<Answer<CoverageGaps>> => {
  const until = to < now ? to : now
  const fresh = await freshnessAt(store, until)
  const scans = (await store.scansBetween(from, until)).filter(
    (scan) => isWhole(scan) && (scan.closedAt ?? until) <= until,
  )
  const clusters = clustersByNode(await knownNodesAt(store, now, filter))
  const isWanted = matcher(filter)
  const running = runningGaps()
  const closings: string[] = []
  for await (const [scan, results] of readAhead(scans, (each) => resultsIn(store, each, filter), AT_ONCE)) {
    const states: Look['states'] = new Map()
    for (const { node, state, detail } of seenIn(results)) {
      const cluster = clusters.get(nodeKey(node))
      if (!isWanted({ ...node, ...(cluster !== undefined && { cluster }) })) continue
      const of = by === 'instance' ? nodeKey(node) : cluster
      if (of === undefined) continue
      const outcome = { state, ...(detail !== undefined && { detail }) }
      const known = states.get(of)
      if (known) known.push(outcome)
      else states.set(of, [outcome])
    }
    const at = scan.closedAt ?? scan.openedAt
    closings.push(at)
    running.see({ at, states })
  }
  const gaps = [...running.longest(until)].map(([of, gap]): LongestGap => {
    const cluster = by === 'instance' ? clusters.get(of) : undefined
    return { of, ...(cluster !== undefined && { cluster }), ...gap }
  })
  const silence = silenceOf(closings, from, until)
  return {
    ...{ fresh, from, to: until, scans: scans.length },
    ...(silence && { silence }),
    gaps: gaps.toSorted((a, b) => b.seconds - a.seconds || (a.of < b.of ? -1 : 1)),
  }
}

/** Of one account and region alone where the filter names them. */
const resultsIn = (store: Reads, { scanId }: ScanRecord, filter: GapFilter): Promise<CommandResult[]> => {
  const [account, region] = [filter.account?.[0], filter.region?.[0]]
  const isOne = filter.account?.length === 1 && filter.region?.length === 1
  return isOne && account !== undefined && region !== undefined
    ? store.resultsOfTarget(scanId, { account, region })
    : store.commandResults(scanId)
}

function* seenIn(results: CommandResult[]): Generator<{ node: Node; state: CoverageState; detail?: string }> {
  for (const { account, region, outcomes } of results)
    for (const { instanceId, state, detail } of outcomes)
      yield { node: { account, region, instanceId }, state, ...(detail !== undefined && { detail }) }
}

const silenceOf = (closings: string[], from: string, to: string): Silence | undefined => {
  const moments = [from, ...closings, to]
  const silences = moments.slice(1).map((end, i) => {
    const start = moments[i] ?? end
    return { from: start, to: end, seconds: (Date.parse(end) - Date.parse(start)) / 1000 }
  })
  return silences.toSorted((a, b) => b.seconds - a.seconds)[0]
}
