import { isDeepStrictEqual } from 'node:util'
import type { Severity } from '../findings/finding.ts'
import { type Node, nodeKey } from '../findings/records.ts'
import {
  type Key,
  keys,
  type Listing,
  listings,
  nodeList,
  nodeListPrefix,
  nodeOfPk,
  OLD_NODE_PREFIXES,
} from './keys.ts'
import { getItems, list, queryAll } from './read.ts'
import type { KnownNode, Sighting, TargetKey } from './store.ts'
import { INSTANCE_INDEX, type Table } from './table.ts'
import { IS_NEW, putIf } from './write.ts'

/** What is known of a node, written on change only. */
export type NodeState = Omit<Sighting, 'node'> & {
  /** Of the last assessment whose verdicts are all written; absent: the next scan judges the node anew. */
  fingerprint?: string
  engineVersion?: string
  ruleVersions?: Record<string, string>
  /** Of those verdicts, the severities that are not the rules' own. */
  severities?: Record<string, Severity>
  /** SHA-256 of the evidence that the scan which wrote this has stored; absent: it stored none. */
  evidence?: string
  /** The scan that has begun to write verdicts, until they are all written. */
  pending?: string
  /** The scan that wrote this last, and when. */
  scanId: string
  at: string
  /** Since when `state` has been what it is. */
  since: string
  /** When the node was last assessed as of this writing; absent: never. */
  assessedAt?: string
  /** Counts the writings: two writers that read the same do not undo each other. */
  revision: number
}

/** `instanceId` stands on no other kind of item: it puts a node in the index by instance. */
export type NodeItem = Key & Listing & { instanceId: string } & NodeState

/** Somebody else wrote the item since it was read: read again and decide anew. */
export class WriteConflict extends Error {
  override readonly name = 'WriteConflict'
}

/** The states of these nodes by node key, as they stand. */
export const readStates = async (table: Table, nodes: Node[]): Promise<Map<string, NodeItem>> => {
  const items = await getItems<NodeItem>(table, nodes.map(keys.node))
  return new Map(items.map((item) => [nodeKey(nodeOfPk(item.pk)), item]))
}

/** Puts the state that follows `seen`. Throws WriteConflict. */
export const writeState = async (
  table: Table,
  node: Node,
  next: Omit<NodeState, 'revision' | 'since'>,
  seen: NodeItem | undefined,
): Promise<NodeItem> => {
  const item: NodeItem = {
    ...keys.node(node),
    ...listings.node(node, next.cluster),
    instanceId: node.instanceId,
    ...next,
    since: seen?.state === next.state ? seen.since : next.at,
    revision: (seen?.revision ?? 0) + 1,
  }
  const condition = seen ? { expression: '#revision = :seen', values: { ':seen': seen.revision } } : IS_NEW
  if (!(await putIf(table, item, condition))) throw new WriteConflict(`state of ${nodeKey(node)}`)
  return item
}

/** Runs `work`, which reads before it writes, again when another writer came between. */
export const retryingConflicts = async <T>(work: () => Promise<T>, tries = 4): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof WriteConflict) || tries <= 1) throw error
    return retryingConflicts(work, tries - 1)
  }
}

/** Whether a node stands where it was last seen: same coverage state, cluster and tags. */
export const standsAt = (state: NodeItem, seen: Omit<Sighting, 'node'>): boolean =>
  state.state === seen.state &&
  state.detail === seen.detail &&
  state.cluster === seen.cluster &&
  isDeepStrictEqual(state.tags, seen.tags)

/** Of these nodes, those that have a state. */
export const knownNodes = async (table: Table, nodes: Node[]): Promise<KnownNode[]> =>
  [...(await readStates(table, nodes)).values()].map(({ pk, state, detail, cluster, tags, assessedAt }) => ({
    node: nodeOfPk(pk),
    state,
    tags,
    ...(detail !== undefined && { detail }),
    ...(cluster !== undefined && { cluster }),
    ...(assessedAt !== undefined && { assessedAt }),
  }))

type ListedNode = Pick<NodeItem, 'pk' | keyof Omit<Sighting, 'node'>>

/** `clusters`: only of these. Nodes that are gone have the cluster that they had last. */
export const nodesOf = async (table: Table, target: TargetKey, clusters?: string[]): Promise<Sighting[]> => {
  const prefixes = clusters && [...new Set([...clusters.map(nodeListPrefix), ...OLD_NODE_PREFIXES])]
  const ranges = prefixes ? prefixes.map((prefix) => ({ prefix })) : [{}]
  const found = await Promise.all(
    ranges.map((range) => queryAll<ListedNode>(table, list(nodeList(target), range))),
  )
  // A cluster may be named like an id.
  const listed = [...new Map(found.flat().map((item) => [item.pk, item])).values()]
  const items = clusters
    ? listed.filter(({ cluster }) => cluster !== undefined && clusters.includes(cluster))
    : listed
  return items.map(({ pk, state, detail, cluster, tags }) => ({
    node: nodeOfPk(pk),
    state,
    tags,
    ...(detail !== undefined && { detail }),
    ...(cluster !== undefined && { cluster }),
  }))
}

/** The nodes that users name by `account/region/instance-id` or by bare instance id. */
export const nodesNamed = async (table: Table, names: string[]): Promise<Node[]> => {
  const found = await Promise.all(
    names.map(async (name) => {
      if (name.includes('/')) return [nodeOfPk(`NODE#${name}`)]
      const items = await queryAll<Key>(table, {
        IndexName: INSTANCE_INDEX,
        KeyConditionExpression: 'instanceId = :id',
        ExpressionAttributeValues: { ':id': name },
      })
      return items.map((item) => nodeOfPk(item.pk))
    }),
  )
  return [...new Map(found.flat().map((node) => [nodeKey(node), node])).values()]
}
