import { type Coverage, coverageOf } from '../../shared/findings/coverage.ts'
import { lostAndBack, type Seen } from '../../shared/findings/lost-nodes.ts'
import { nodeKey, type ScanRecord, type Transition } from '../../shared/findings/records.ts'
import { groupOf } from '../../shared/report/digest-groups.ts'
import type { News } from '../../shared/report/digest-items.ts'
import type { Share } from '../../shared/report/digest-notes.ts'
import type { CommandResult, KnownNode, Store } from '../../shared/store/store.ts'
import { changesOf } from './changes-of.ts'
import { gatherWaivers, type WaiversToTell } from './gather-waivers.ts'
import { type Flapping, noteFlapping } from './note-flapping.ts'

/** A scan that is to be told of, and the two scans of the whole fleet before it. */
export type ToTell = Pick<ScanRecord, 'scanId' | 'openedAt'> & {
  /** Whether it looked at the whole fleet to its end: only then does what it did not see mean anything. */
  whole: boolean
  baseline: boolean
  /** Whether the fleet has been scanned before: only then is a target new to it. */
  fleetIsKnown: boolean
  coverage: Coverage
  previous?: ScanRecord
  earlier?: ScanRecord
}

/** Everything that a scan has to tell, before it is split by route. */
export type Gathered = Flapping &
  WaiversToTell &
  Required<Pick<News, 'lost' | 'back' | 'newTargets'>> & {
    /** Every change that the scan made, also those that are held back. */
    changes: Transition[]
    added: { target: string; instances: number }[]
    changed: Share
    /** The nodes of it all, by key. */
    nodes: Map<string, KnownNode>
  }

/** Reads what a scan has to tell, and marks what only one scan may tell. May be repeated. */
export const gatherNews = async (store: Store, scan: ToTell, now: Date): Promise<Gathered> => {
  const { scanId, coverage } = scan
  const changes = await changesOf(store, scan)
  const results = await store.commandResults(scanId)
  const { newTargets, added } = scan.fleetIsKnown
    ? await targetsIn(store, scan, results)
    : { newTargets: new Set<string>(), added: [] }
  const { lost, back } = await nodesMissed(store, scan, results)
  const known = await store.nodes([...changes, ...lost, ...back])
  const nodes = new Map(known.map((each) => [nodeKey(each.node), each]))
  const flapping = await noteFlapping(store, scanId, changes, now)
  const { whole, openedAt, previous } = scan
  const since = whole && previous ? { since: previous.openedAt } : {}
  const waivers = await gatherWaivers(store, { openedAt, ...since }, nodes)
  const news = changes.filter(
    (each) => groupOf(each) !== undefined && !newTargets.has(`${each.account}/${each.region}`),
  )
  return {
    ...{ changes, newTargets, added, nodes },
    ...flapping,
    ...waivers,
    lost: lost.map((each) => ({ ...each, ...seenOf(nodes.get(nodeKey(each))) })),
    back: back.map((each) => ({ ...each, ...seenOf(nodes.get(nodeKey(each))) })),
    changed: { instances: new Set(news.map(nodeKey)).size, of: coverage.total },
  }
}

const seenOf = (node: KnownNode | undefined) => ({
  ...(node?.cluster !== undefined && { cluster: node.cluster }),
  ...(node?.assessedAt !== undefined && { assessedAt: node.assessedAt }),
})

/** Targets whose first inventory this scan took; also where it broke off before it could note that. */
const targetsIn = async (store: Store, { openedAt, whole }: ToTell, results: CommandResult[]) => {
  const newTargets = new Set<string>()
  const added: { target: string; instances: number }[] = []
  const byTarget = Map.groupBy(results, ({ account, region }) => `${account}/${region}`)
  for (const [name, of] of byTarget) {
    const [{ account, region } = { account: '', region: '' }] = of
    const first = (await store.target({ account, region }))?.firstInventoriedAt
    if (first !== undefined && first < openedAt) continue
    newTargets.add(name)
    const { total } = coverageOf(of.flatMap(({ outcomes }) => outcomes.map(({ state }) => state)))
    if (whole && first !== undefined) added.push({ target: name, instances: total })
  }
  return { newTargets, added: added.sort((a, b) => (a.target < b.target ? -1 : 1)) }
}

/** Reads what the scans before have seen only where somebody is, or was, out of reach. */
const nodesMissed = async (
  store: Store,
  { whole, coverage, previous, earlier }: ToTell,
  results: CommandResult[],
): Promise<{ lost: Seen[]; back: Seen[] }> => {
  const all = [coverage, previous?.coverage]
  const anyMissed = all.some((each) => each !== undefined && each.assessed < each.total)
  if (!whole || !anyMissed || previous === undefined || earlier === undefined) return { lost: [], back: [] }
  const before = await store.commandResults(previous.scanId)
  return lostAndBack(seenIn(results), seenIn(before), seenIn(await store.commandResults(earlier.scanId)))
}

const seenIn = (results: CommandResult[]): Seen[] =>
  results.flatMap(({ account, region, outcomes }) =>
    outcomes.map(({ instanceId, state, detail }) => ({
      ...{ account, region, instanceId, state },
      ...(detail !== undefined && { detail }),
    })),
  )
