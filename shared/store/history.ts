import { nodeKey, type Transition } from '../findings/records.ts'
import { matcher, timeFrom } from './filter.ts'
import { type Key, keys, nodeOfPk, ruleOfSk, shardsOf, TRANSITION_PREFIX } from './keys.ts'
import { nodesNamed } from './node-states.ts'
import { getItems, list, partition, queryAll } from './read.ts'
import { restatements } from './restatements.ts'
import type { FindingFilter } from './store.ts'
import type { Table } from './table.ts'
import { type TransitionItem, transitionOf } from './transition-items.ts'

/** A status in the filter is the one that a finding came to. Restatements stand where they were made. */
export const history = async (table: Table, filter: FindingFilter): Promise<Transition[]> => {
  const matches = matcher(filter)
  const [items, restated] = await Promise.all([
    filter.instance ? ofNodes(table, filter.instance, filter.rule) : ofFleet(table, filter),
    restatements(table, filter),
  ])
  return items
    .map(transitionOf)
    .filter((transition) => matches(transition, transition.to, transition.at))
    .concat(restated)
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

const ofNodes = async (table: Table, names: string[], rules?: string[]): Promise<TransitionItem[]> => {
  const nodes = await nodesNamed(table, names)
  const prefixes = rules
    ? [...new Set(rules)].map((rule) => `${TRANSITION_PREFIX}${rule}#`)
    : [TRANSITION_PREFIX]
  const found = await Promise.all(
    nodes.flatMap((node) =>
      prefixes.map((prefix) => queryAll<TransitionItem>(table, partition(keys.node(node).pk, prefix))),
    ),
  )
  return found.flat()
}

/** Reads only items whose key already matches. */
const ofFleet = async (table: Table, filter: FindingFilter): Promise<TransitionItem[]> => {
  const { since, rule, account, region } = filter
  const range = since === undefined ? {} : { from: timeFrom(since) }
  const pages = await Promise.all(
    shardsOf('TRANSITIONS').map((shard) => queryAll<Key>(table, list(shard, range))),
  )
  const placed = matcher({ ...(rule && { rule }), ...(account && { account }), ...(region && { region }) })
  return getItems<TransitionItem>(
    table,
    pages.flat().filter(({ pk, sk }) => placed({ ...nodeOfPk(pk), ruleId: ruleOfSk(sk) })),
  )
}

const sortKey = ({ at, ruleId, ...node }: Transition) => `${at}#${nodeKey(node)}#${ruleId}`
