import { nodeKey, type Transition } from '../findings/records.ts'
import { matcher, timeFrom } from './filter.ts'
import { keys, TRANSITION_PREFIX } from './keys.ts'
import { nodesNamed } from './node-states.ts'
import { fleetThen } from './past-fleet.ts'
import { partition, queryAll } from './read.ts'
import type { FindingFilter } from './store.ts'
import type { Table } from './table.ts'
import { type TransitionItem, transitionOf } from './transition-items.ts'

/**
 * The last transition of each finding at or before a moment, by node and rule: the finding as it stood then. The
 * filter is applied to that: status and since are those of the moment. What was closed by then shows only where its instance is named.
 */
export const transitionsAt = async (
  table: Table,
  at: string,
  filter: FindingFilter,
): Promise<Transition[]> => {
  const until = timeFrom(at)
  const matches = matcher(filter)
  const found = await (filter.instance
    ? ofNodes(table, filter.instance, until)
    : fleetThen(table, filter, until))
  return found
    .filter((each) => matches(each, each.to, each.since ?? each.at))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

const ofNodes = async (table: Table, names: string[], until: string): Promise<Transition[]> => {
  const nodes = await nodesNamed(table, names)
  const found = await Promise.all(
    nodes.map((node) => queryAll<TransitionItem>(table, partition(keys.node(node).pk, TRANSITION_PREFIX))),
  )
  return lastOfEach(found.flat().filter(({ at }) => at <= until))
}

/** Of each node and rule the one that sorts last by time. */
const lastOfEach = (items: TransitionItem[]): Transition[] => {
  const sorted = items.toSorted((a, b) => (a.listSort < b.listSort ? -1 : 1)).map(transitionOf)
  return [...new Map(sorted.map((each) => [sortKey(each), each])).values()]
}

const sortKey = ({ ruleId, ...node }: Transition) => `${nodeKey(node)}#${ruleId}`
