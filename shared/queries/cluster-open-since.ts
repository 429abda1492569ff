import { findingKey } from '../findings/flapping.ts'
import { nodeKey, type Transition } from '../findings/records.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import { withWaivers } from '../waivers/waived-findings.ts'
import { isGood } from './bad-run.ts'
import { clustersByNode, knownNodesAt } from './cluster-nodes.ts'
import { type Failure, failuresOf } from './failures-of.ts'
import { type Answer, freshnessAt } from './freshness.ts'
import { type LastAssessed, lastAssessedIn, type SeenBy } from './last-assessed.ts'

/**
 * A rule that a cluster has failed without a break, whichever of its instances did: one that was replaced by another
 * which fails from its first scan on does not end it. `failures` are those of single instances, oldest first.
 */
export type OpenCluster = {
  cluster: string
  ruleId: string
  /** The last scan before that assessed an instance of the cluster, when none failed. Absent: never seen so. */
  lastGood?: SeenBy
  firstBad: SeenBy
  failures: Failure[]
  /** A waiver covers every one of its instances that fails now. */
  waived?: true
}

type Reads = Pick<
  Store,
  | 'scanAt'
  | 'commandResults'
  | 'nodesOf'
  | 'targets'
  | 'history'
  | 'scansBetween'
  | 'resultsOfTarget'
  | 'findings'
  | 'waivers'
  | 'nodes'
>

/** Clusters that fail now, each rule since when. Reads the histories of their instances, gone ones too. */
export const openClusters = async (
  store: Reads,
  now: string,
  { cluster, rule, account, region }: Pick<FindingFilter, 'cluster' | 'rule' | 'account' | 'region'>,
): Promise<Answer<{ clusters: OpenCluster[] }>> => {
  const where = { ...(account && { account }), ...(region && { region }) }
  const fresh = await freshnessAt(store, now)
  const names = cluster ?? (await failingClusters(store, { ...where, ...(rule && { rule }) }))
  const nodes = names.length > 0 ? await knownNodesAt(store, now, where, names) : []
  const history = await historyOf(
    store,
    nodes.map(({ node }) => nodeKey(node)),
    rule,
  )
  const clusters = clustersByNode(nodes)
  const groups = Map.groupBy(history, (each) => `${clusters.get(nodeKey(each))}\n${each.ruleId}`)
  const lastAssessed = lastAssessedIn(store)
  const waived = await waivedOf(store, now, failuresOf(history))
  const open: OpenCluster[] = []
  for (const [group, changes] of groups) {
    const [name = '', ruleId = ''] = group.split('\n')
    const failures = unbroken(failuresOf(changes))
    const [first] = failures
    if (!first) continue
    const lastGood = await goodBefore(changes, first.start, lastAssessed)
    const firstBad = first.start
    const current = failures.filter(({ end }) => end === undefined)
    open.push({
      ...{ cluster: name, ruleId, ...(lastGood && { lastGood }), firstBad, failures },
      ...(current.every((each) => waived.has(findingKey(each))) && { waived: true as const }),
    })
  }
  return { fresh, clusters: open.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) }
}

/** Which of the failures that last are waived, by finding. */
const waivedOf = async (store: Reads, now: string, failures: Failure[]): Promise<Set<string>> => {
  const instance = [...new Set(failures.filter(({ end }) => end === undefined).map(nodeKey))]
  if (instance.length === 0) return new Set()
  const failing = await withWaivers(store, await store.findings({ instance, status: ['FAIL'] }), now)
  return new Set(failing.filter((each) => each.waived).map(findingKey))
}

const keyOf = ({ firstBad, cluster, ruleId }: OpenCluster): string => `${firstBad.at}#${cluster}#${ruleId}`

const failingClusters = async (store: Reads, filter: FindingFilter): Promise<string[]> => {
  const failing = await store.findings({ ...filter, status: ['FAIL'] })
  return [...new Set(failing.flatMap(({ cluster }) => cluster ?? []))]
}

const historyOf = async (
  store: Reads,
  instance: string[],
  rule: string[] | undefined,
): Promise<Transition[]> =>
  (instance.length > 0 ? await store.history({ instance, ...(rule && { rule }) }) : []).filter(
    ({ restates }) => restates === undefined,
  )

/**
 * Of these failures those that lead up to now without a break, oldest first: each began before the next one, or in the
 * scan that saw the other end. Empty: nothing fails now.
 */
const unbroken = (failures: Failure[]): Failure[] => {
  const chain = failures.filter(({ end }) => end === undefined)
  let rest = failures.filter(({ end }) => end !== undefined)
  for (let grew = chain.length > 0; grew; ) {
    const joined = rest.filter((each) => chain.some((other) => reaches(each, other)))
    grew = joined.length > 0
    chain.push(...joined)
    rest = rest.filter((each) => !joined.includes(each))
  }
  return chain.toSorted((a, b) => (a.start.at < b.start.at ? -1 : 1))
}

const reaches = ({ end }: Failure, { start }: Failure): boolean =>
  end !== undefined && (end.at >= start.at || end.scanId === start.scanId)

/** The latest sight of an instance whose last change before the failure had left it good. */
const goodBefore = async (
  changes: Transition[],
  start: SeenBy,
  lastAssessed: LastAssessed,
): Promise<SeenBy | undefined> => {
  const before = changes.filter(({ at, scanId }) => at < start.at && scanId !== start.scanId)
  const last = [...Map.groupBy(before, findingKey).values()].flatMap((of) =>
    of.toSorted((a, b) => (a.at < b.at ? 1 : -1)).slice(0, 1),
  )
  const seen: SeenBy[] = []
  for (const each of last) {
    const { account, region, instanceId, scanId, at, to, closed } = each
    if (!isGood(to)) continue
    // One that has left was good up to its last scan, which is not known here: its last change was good for sure.
    if (closed !== undefined) continue
    seen.push(await lastAssessed({ account, region, instanceId }, { scanId, at }, start))
  }
  return seen.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0]
}
