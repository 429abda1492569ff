import { nodeKey, type StoredFinding } from '../findings/records.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import { knownNodesAt } from './cluster-nodes.ts'

type Places = Parameters<typeof knownNodesAt>[0]

/**
 * All findings that the filter finds, by node, then rule; those that were closed only where an instance is named. A cluster is no
 * range of any list, but its instances are few: they are asked for what they have, and the rest of the fleet is not read.
 */
export const allFindings = async (
  store: Places & Pick<Store, 'findings'>,
  now: string,
  filter: FindingFilter,
): Promise<StoredFinding[]> => {
  if (!filter.cluster || filter.instance) return store.findings(filter)
  const instance = await presentInstances(store, now, filter, filter.cluster)
  const found = await store.findings({ ...filter, instance })
  return found.filter(({ closed }) => closed === undefined)
}

/** The instances of some clusters, but for those that have left the fleet, by their full names. */
export const presentInstances = async (
  store: Places,
  now: string,
  place: Pick<FindingFilter, 'account' | 'region'>,
  clusters: string[],
): Promise<string[]> => {
  const nodes = await knownNodesAt(store, now, place, clusters)
  return nodes
    .filter(({ state }) => state !== 'retired' && state !== 'left-scope')
    .map(({ node }) => nodeKey(node))
}
