import { nodeKey, type Transition } from '../findings/records.ts'
import { matcher, timeFrom } from './filter.ts'
import { type Key, keys, nodeOfPk, ruleOfSk, shardsOf, TRANSITION_PREFIX, untilInList } from './keys.ts'
import { nodesNamed } from './node-states.ts'
import { getItems, list, partition, queryAll } from './read.ts'
import type { FindingFilter } from './store.ts'
import type { Table } from './table.ts'
import { type TransitionItem, transitionOf } from './transition-items.ts'

/**
 * The last transition of each finding at or before a moment, by node and rule: the finding as it stood then. The
 * filter is applied to that: status and since are those of the moment.
 */
export const transitionsAt = async (
  table: Table,
  at: string,
  filter: FindingFilter,
): Promise<Transition[]> => {
  const until = timeFrom(at)
  const matches = matcher(filter)
  const items = await (filter.instance
    ? ofNodes(table, filter.instance, until)
    : ofFleet(table, filter, until))
  return items
    .map(transitionOf)
    .filter((each) => matches(each, each.to, each.since ?? each.at))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

const ofNodes = async (table: Table, names: string[], until: string): Promise<TransitionItem[]> => {
  const nodes = await nodesNamed(table, names)
  const found = await Promise.all(
    nodes.map((node) => queryAll<TransitionItem>(table, partition(keys.node(node).pk, TRANSITION_PREFIX))),
  )
  return lastOfEach(found.flat().filter(({ at }) => at <= until))
}

/** The list holds moment, node and rule: of what was superseded by then, only keys are read. */
const ofFleet = async (
  table: Table,
  { rule, account, region }: FindingFilter,
  until: string,
): Promise<TransitionItem[]> => {
  const pages = await Promise.all(
    shardsOf('TRANSITIONS').map((shard) =>
      queryAll<Key & { listSort: string }>(table, list(shard, { to: untilInList(until) })),
    ),
  )
  const placed = matcher({ ...(rule && { rule }), ...(account && { account }), ...(region && { region }) })
  const listed = pages.flat().filter(({ pk, sk }) => placed({ ...nodeOfPk(pk), ruleId: ruleOfSk(sk) }))
  return getItems<TransitionItem>(table, lastOfEach(listed))
}

/** Of each node and rule the one that sorts last by time. */
const lastOfEach = <T extends Key & { listSort: string }>(items: T[]): T[] => {
  const sorted = items.toSorted((a, b) => (a.listSort < b.listSort ? -1 : 1))
  return [...new Map(sorted.map((item) => [`${item.pk}#${ruleOfSk(item.sk)}`, item])).values()]
}

const sortKey = ({ ruleId, ...node }: Transition) => `${nodeKey(node)}#${ruleId}`
