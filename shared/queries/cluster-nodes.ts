import { nodeKey } from '../findings/records.ts'
import type { FindingFilter, Sighting, Store, TargetKey } from '../store/store.ts'

type Reads = Pick<Store, 'targets' | 'scanAt' | 'commandResults' | 'nodesOf'>

/**
 * Every account and region that was ever looked at. An earlier version has not listed them: until each has had an inventory since,
 * those that the newest scan has recorded belong to it too.
 */
const targetsAt = async (store: Reads, at: string): Promise<TargetKey[]> => {
  const listed = await store.targets()
  const scan = await store.scanAt(at)
  const isSurelyListed = listed.length > 0 && scan?.targetErrors?.length === 0
  if (!scan || isSurelyListed) return listed
  const results = await store.commandResults(scan.scanId)
  const targets = new Map(
    [...listed, ...results].map(({ account, region }) => [`${account}/${region}`, { account, region }]),
  )
  return [...targets.values()]
}

/** Every instance that is known there with the cluster it has, or had last, those that are gone too. `clusters`: only of these. */
export const knownNodesAt = async (
  store: Reads,
  at: string,
  { account, region }: Pick<FindingFilter, 'account' | 'region'> = {},
  clusters?: string[],
): Promise<Sighting[]> => {
  const targets = (await targetsAt(store, at)).filter(
    (each) => (account?.includes(each.account) ?? true) && (region?.includes(each.region) ?? true),
  )
  return (await Promise.all(targets.map((each) => store.nodesOf(each, clusters)))).flat()
}

/** The cluster of each node, by node key. */
export const clustersByNode = (nodes: Sighting[]): Map<string, string> =>
  new Map(
    nodes.flatMap(({ node, cluster }) => (cluster === undefined ? [] : [[nodeKey(node), cluster] as const])),
  )

/** The part of a filter that says where. */
export const placeFilter = ({ instance, account, region, rule }: FindingFilter): FindingFilter => ({
  ...(instance && { instance }),
  ...(account && { account }),
  ...(region && { region }),
  ...(rule && { rule }),
})
